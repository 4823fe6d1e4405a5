/** Below the ports that systems give to whoever asks for any. */
const ports = { first: 20_000, count: 12_000 }

/** Where another machine first offers the tracking server of an owner. @param digest of the owner, hexadecimal */
export function choosePort(digest: string): number {
  return ports.first + (Number.parseInt(digest.slice(0, 8), 16) % ports.count)
}

/** The one to try when somebody else has that port. */
export function nextPort(port: number): number {
  return ports.first + ((port - ports.first + 1) % ports.count)
}
