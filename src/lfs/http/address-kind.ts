import { BlockList, isIPv6 } from 'node:net'

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
  ],
}

const lists = Object.entries(ranges).map(([kind, subnets]) => {
  const list = new BlockList()
  for (const [network, prefix] of subnets) list.addSubnet(network, prefix, isIPv6(network) ? 'ipv6' : 'ipv4')
  // SAFETY: Object.entries gives back the keys of the record.
  return [kind as AddressKind, list] as const
})

/** @param address of version 4 or 6; a version 4 address inside one of version 6 counts as what it is */
export function kindOfAddress(address: string): AddressKind {
  const family = isIPv6(address) ? 'ipv6' : 'ipv4'
  return lists.find(([, list]) => list.check(address, family))?.[0] ?? 'public'
}
