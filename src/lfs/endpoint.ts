import { isAbsolute, resolve } from 'node:path'
import { withoutCredentials } from '../git/remote-url.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { findSetting } from './config.ts'
import type { LfsRepository } from './repository.ts'

export type LfsOperation = 'download' | 'upload'

/** Where the objects of a repository are, before anybody is asked. */
export type LfsEndpoint = ServerEndpoint | FolderEndpoint

export type ServerEndpoint = HttpEndpoint | SshEndpoint

interface HttpEndpoint {
  readonly kind: 'http'
  /** Whether `.lfsconfig` names it, which whoever made the repository wrote. */
  readonly isShared: boolean
  /** Without user name and password. */
  readonly url: URL
  /** What stood in the URL. */
  readonly login: Login | undefined
}

/** A server that is asked by ssh where its objects are. */
export interface SshEndpoint {
  readonly kind: 'ssh'
  /** Whether `.lfsconfig` names it. */
  readonly isShared: boolean
  /** `user@host`, or `host`. */
  readonly destination: string
  readonly port: string | undefined
  /** Of the repository on the server. */
  readonly path: string
  /** Where it is believed to be when the server does not say. */
  readonly fallback: URL
}

/** A repository on a disk of this machine. */
interface FolderEndpoint {
  readonly kind: 'folder'
  /** Absolute. */
  readonly folder: string
}

export interface Login {
  readonly username: string
  /** Undefined where only the name is known. */
  readonly password: string | undefined
}

/**
 * Finds the endpoint as Git LFS does: `lfs.url`, then the remote's `lfsurl`, then beside the remote itself.
 *
 * @param named a remote; default: the one of the current branch, else the only one, else `origin`
 * @throws INVALID_STATE where there is no remote; INVALID_PARAMETER_VALUE for one that Git LFS has no way to
 * @see https://github.com/git-lfs/git-lfs/blob/main/docs/api/server-discovery.md
 */
export async function findEndpoint(
  repository: LfsRepository,
  operation: LfsOperation,
  named?: string,
): Promise<LfsEndpoint> {
  const { config, root } = repository
  const isUpload = operation === 'upload'
  const remote = named ?? (await chooseRemote(repository, operation))
  const found =
    findSetting(config, [...(isUpload ? ['lfs.pushurl'] : []), 'lfs.url']) ??
    findSetting(config, [...(isUpload ? [`remote.${remote}.lfspushurl`] : []), `remote.${remote}.lfsurl`])
  if (found !== undefined) {
    const endpoint = parseEndpoint(found.value, root)
    if (endpoint.kind !== 'folder') return { ...endpoint, isShared: found.isShared }
    if (!found.isShared) return endpoint
    throw invalid(`.lfsconfig names a folder of this machine, ${found.value}`)
  }
  const url = await repository.git(['remote', 'get-url', ...(isUpload ? ['--push'] : []), '--', remote])
  if (url !== undefined) return besideRemote(parseEndpoint(url.toString().replace(/\n$/, ''), root))
  throw new RunwrightError('INVALID_STATE', `${root} has no remote ${JSON.stringify(remote)}.`, {
    hint: '"git remote add" names where the repository is shared; "git config lfs.url" where its LFS files are.',
  })
}

/** The remote that Git LFS takes when none is named; there need be none. */
export async function chooseRemote({ config, git }: LfsRepository, operation: LfsOperation): Promise<string> {
  const branch = (await git(['symbolic-ref', '--quiet', '--short', 'HEAD']))?.toString().trim() ?? ''
  const keys =
    operation === 'upload'
      ? [`branch.${branch}.pushremote`, 'remote.lfspushdefault', 'remote.pushdefault', `branch.${branch}.remote`]
      : [`branch.${branch}.remote`, 'remote.lfsdefault']
  const chosen = keys.map((key) => config.own.get(key)).find((value) => value !== undefined && value !== '.')
  if (chosen !== undefined) return chosen
  const names = (await git(['remote']))?.toString().trim().split('\n') ?? []
  return names.length === 1 && names[0] !== undefined && names[0] !== '' ? names[0] : 'origin'
}

/**
 * Reads an address as git does. Exported for its test.
 *
 * @param root what a relative path is relative to
 */
export function parseEndpoint(text: string, root: string): LfsEndpoint {
  const [, scheme] = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text) ?? []
  switch (scheme?.toLowerCase()) {
    case undefined:
      return parseShort(text, root)
    case 'http':
    case 'https':
    case 'git':
      return parseHttp(text)
    case 'ssh':
    case 'git+ssh':
    case 'ssh+git':
      return parseSsh(text)
    case 'file':
      return { kind: 'folder', folder: decodeURIComponent(parseUrl(text).pathname) }
    default:
      throw invalid(`there is no way to ${withoutCredentials(text)}`)
  }
}

function parseHttp(text: string): HttpEndpoint {
  const url = parseUrl(text.replace(/^git:/i, 'https:'))
  const { username, password } = url
  url.username = ''
  url.password = ''
  url.hash = ''
  const login = {
    username: decodeURIComponent(username),
    password: password === '' ? undefined : decodeURIComponent(password),
  }
  return { kind: 'http', isShared: false, url, login: username === '' ? undefined : login }
}

function parseSsh(text: string): SshEndpoint {
  const { username, hostname, port, pathname } = parseUrl(text.replace(/^[a-z+]+:/i, 'ssh:'))
  const path = decodeURIComponent(pathname)
  return toSsh(decodeURIComponent(username), decodeURIComponent(hostname), port === '' ? undefined : port, path, path)
}

/** `user@host:path`, or a folder. */
function parseShort(text: string, root: string): LfsEndpoint {
  const [, user, host, path] = /^(?:([^@/:]+)@)?([^/:]{2,}):(.*)$/s.exec(text) ?? []
  if (host === undefined || path === undefined || isAbsolute(text))
    return { kind: 'folder', folder: resolve(root, text) }
  return toSsh(user ?? '', host, undefined, path, `/${path.replace(/^\/+/, '')}`)
}

function toSsh(user: string, host: string, port: string | undefined, path: string, webPath: string): SshEndpoint {
  // ssh would take it for one of its options, and those run programs.
  if (user.startsWith('-') || host.startsWith('-') || host === '') throw invalid(`${host} is no host`)
  const fallback = parseUrl(`https://${host}`)
  fallback.pathname = webPath
  const destination = user === '' ? host : `${user}@${host}`
  return { kind: 'ssh', isShared: false, destination, port, path, fallback: withInfo(fallback) }
}

function besideRemote(endpoint: LfsEndpoint): LfsEndpoint {
  return endpoint.kind === 'http' ? { ...endpoint, url: withInfo(endpoint.url) } : endpoint
}

/** The path below a repository's address where its LFS server is. */
function withInfo(url: URL): URL {
  const found = new URL(url)
  const path = found.pathname.replace(/\/+$/, '')
  found.pathname = `${path}${path.endsWith('.git') ? '' : '.git'}/info/lfs`
  return found
}

function parseUrl(text: string): URL {
  try {
    return new URL(text)
  } catch {
    throw invalid(`${withoutCredentials(text)} is no address`)
  }
}

function invalid(problem: string): RunwrightError {
  return new RunwrightError('INVALID_PARAMETER_VALUE', `Git LFS cannot be reached: ${problem}.`, {
    hint: 'See "git remote -v", "git config lfs.url" and the file .lfsconfig.',
  })
}
