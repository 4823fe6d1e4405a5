import { lookup } from 'node:dns/promises'
import type { LfsEndpoint } from './endpoint.ts'
import { type AddressKind, kindOfAddress } from '../http/address-kind.ts'
import type { LfsRepository } from './repository.ts'

const addressKeys = /^(remote\..*\.(url|pushurl|lfsurl|lfspushurl)|lfs\.(url|pushurl))$/s

/**
 * The hosts that the user's own settings name for this repository. What a server or a committed file names beside is no more
 * than the internet may be: not this machine, not the network it is in.
 */
export function listOwnHosts({ config }: LfsRepository, endpoint: LfsEndpoint): ReadonlySet<string> {
  const urls = [...config.own].filter(([key]) => addressKeys.test(key)).map(([, value]) => value)
  const hosts = urls.flatMap((url) => findHost(url) ?? [])
  if (endpoint.kind === 'http' && !endpoint.isShared) hosts.push(endpoint.url.hostname)
  if (endpoint.kind === 'ssh' && !endpoint.isShared) hosts.push(endpoint.fallback.hostname)
  return new Set(hosts)
}

function findHost(url: string): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(url)) return URL.canParse(url) ? new URL(url).hostname : undefined
  return /^(?:[^@/:]+@)?([^/:]{2,}):/.exec(url)?.[1]
}

/** Where connections may go for this repository: outwards, and into the network that one of these hosts is in. */
export async function findAllowedKinds(hosts: ReadonlySet<string>): Promise<Set<AddressKind>> {
  const kinds = await Promise.all([...hosts].map(listKinds))
  const allowed = new Set<AddressKind>(['public', ...kinds.flat()])
  // Who has their server on this machine has the network around it, too.
  if (allowed.has('loopback')) allowed.add('private')
  return allowed
}

async function listKinds(host: string): Promise<AddressKind[]> {
  const addresses = await lookup(host.replace(/^\[|\]$/g, ''), { all: true }).catch(() => [])
  return addresses.map(({ address }) => kindOfAddress(address))
}
