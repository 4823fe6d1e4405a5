import { BlockList, isIP, isIPv6 } from 'node:net'

/** What an address is a way to: the internet, a private network, the link itself, or this machine. */
export type AddressKind = 'public' | 'private' | 'link' | 'loopback'

const ranges: Readonly<Record<Exclude<AddressKind, 'public'>, readonly (readonly [string, number])[]>> = {
  loopback: [
    ['127.0.0.0', 8],
    ['0.0.0.0', 8],
    ['::1', 128],
    ['::', 128],
  ],
  // Where clouds tell their machines secrets.
  link: [
    ['169.254.0.0', 16],
    ['fe80::', 10],
    ['224.0.0.0', 3],
    ['ff00::', 8],
  ],
  private: [
    ['10.0.0.0', 8],
    ['172.16.0.0', 12],
    ['192.168.0.0', 16],
    ['100.64.0.0', 10],
    ['198.18.0.0', 15],
    ['fc00::', 7],
    ['fec0::', 10],
    // No network at all: protocols' own, documentation, addresses that are dropped, tunnels.
    ['192.0.0.0', 24],
    ['192.0.2.0', 24],
    ['198.51.100.0', 24],
    ['203.0.113.0', 24],
    ['100::', 64],
    ['2001::', 23],
    ['2001:db8::', 32],
  ],
}

const lists = Object.entries(ranges).map(([kind, subnets]) => {
  const list = new BlockList()
  for (const [network, prefix] of subnets) list.addSubnet(network, prefix, isIPv6(network) ? 'ipv6' : 'ipv4')
  // SAFETY: Object.entries gives back the keys of the record.
  return [kind as AddressKind, list] as const
})

const sixToFour = new BlockList()
sixToFour.addSubnet('2002::', 16, 'ipv6')
const nat64 = new BlockList()
nat64.addSubnet('64:ff9b::', 96, 'ipv6')

/**
 * @param address of version 4 or 6; a version 4 address inside one of version 6 counts as what it is, and what is no
 *   address as one of the link, where nothing is sent
 */
export function kindOfAddress(address: string): AddressKind {
  if (isIP(address) === 0) return 'link'
  const inner = findInner(address)
  if (inner !== undefined) return kindOfAddress(inner)
  const family = isIPv6(address) ? 'ipv6' : 'ipv4'
  return lists.find(([, list]) => list.check(address, family))?.[0] ?? 'public'
}

/** The address of version 4 that one of version 6 leads to by 6to4 (RFC 3056) or NAT64 (RFC 6052). */
function findInner(address: string): string | undefined {
  if (!isIPv6(address)) return undefined
  const is6to4 = sixToFour.check(address, 'ipv6')
  if (!is6to4 && !nat64.check(address, 'ipv6')) return undefined
  const groups = toGroups(address)
  const pair = is6to4 ? groups.slice(1, 3) : groups.slice(6)
  return pair.flatMap((group) => [group >> 8, group & 255]).join('.')
}

/** The eight numbers of an address, as a URL writes it: without digits of version 4. */
function toGroups(address: string): number[] {
  const [before = '', after] = new URL(`http://[${address.replace(/%.*$/, '')}]/`).hostname.slice(1, -1).split('::')
  const read = (text: string) => (text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16)))
  const [head, tail] = [read(before), read(after ?? '')]
  return [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => 0), ...tail]
}
