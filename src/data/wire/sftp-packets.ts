/** Numbers of SFTP version 3, which every server speaks. @see https://datatracker.ietf.org/doc/html/draft-ietf-secsh-filexfer-02 */
export const packetTypes = {
  init: 1,
  version: 2,
  open: 3,
  close: 4,
  read: 5,
  write: 6,
  fstat: 8,
  opendir: 11,
  readdir: 12,
  remove: 13,
  mkdir: 14,
  stat: 17,
  rename: 18,
  status: 101,
  handle: 102,
  data: 103,
  name: 104,
  attrs: 105,
  extended: 200,
} as const

export const statusCodes = { ok: 0, eof: 1, noSuchFile: 2, permissionDenied: 3, failure: 4 } as const

/** A number of 32 bits, one of 64 bits, or bytes with their length before them. */
export type Field = number | bigint | string | Uint8Array

export function encodePacket(type: number, fields: readonly Field[]): Buffer {
  const parts = fields.map(encodeField)
  const body = Buffer.concat(parts)
  const head = Buffer.allocUnsafe(5)
  head.writeUInt32BE(body.length + 1)
  head[4] = type
  return Buffer.concat([head, body])
}

function encodeField(field: Field): Buffer {
  if (typeof field === 'number') {
    const bytes = Buffer.allocUnsafe(4)
    bytes.writeUInt32BE(field)
    return bytes
  }
  if (typeof field === 'bigint') {
    const bytes = Buffer.allocUnsafe(8)
    bytes.writeBigUInt64BE(field)
    return bytes
  }
  const bytes = typeof field === 'string' ? Buffer.from(field) : field
  return Buffer.concat([encodeField(bytes.length), bytes])
}

/** Reads fields one after another; beyond the end of a packet it throws a RangeError. */
export function createReader(bytes: Buffer) {
  let at = 0
  const number = () => {
    at += 4
    return bytes.readUInt32BE(at - 4)
  }
  const long = () => {
    at += 8
    return Number(bytes.readBigUInt64BE(at - 8))
  }
  const string = () => {
    const length = number()
    if (at + length > bytes.length) throw new RangeError('The packet ends within a string.')
    at += length
    return bytes.subarray(at - length, at)
  }
  const skip = (count: number) => void (at += count)
  return { number, long, string, skip, isAtEnd: () => at >= bytes.length }
}

export interface FileAttributes {
  /** Undefined where the server does not tell. */
  readonly sizeBytes: number | undefined
  readonly isFolder: boolean
  /** Milliseconds since 1970-01-01 UTC, to the second; undefined where the server does not tell. */
  readonly changedAt: number | undefined
}

export function readAttributes({ number, long, string, skip }: ReturnType<typeof createReader>): FileAttributes {
  const flags = number()
  const sizeBytes = flags & 1 ? long() : undefined
  if (flags & 2) skip(8)
  const mode = flags & 4 ? number() : 0
  if (flags & 8) skip(4)
  const changedAt = flags & 8 ? number() * 1000 : undefined
  if (flags & 0x80000000) for (let count = 2 * number(); count > 0; count--) string()
  return { sizeBytes, isFolder: (mode & 0o170000) === 0o040000, changedAt }
}

/** Cuts a stream into packets: of each its type and what follows. `maxBytes` bounds what a broken server may send. */
export function createPacketCutter(
  maxBytes: number,
  onPacket: (type: number, body: Buffer) => void,
): (chunk: Buffer) => void {
  let chunks: Buffer[] = []
  let size = 0
  let needed = 5
  return (chunk) => {
    chunks.push(chunk)
    size += chunk.length
    if (size < needed) return
    let all = chunks.length === 1 ? chunk : Buffer.concat(chunks)
    for (;;) {
      needed = all.length < 5 ? 5 : 4 + all.readUInt32BE(0)
      if (needed > maxBytes) throw new RangeError(`A packet has ${needed} bytes.`)
      if (all.length < needed || needed < 5) break
      const [type = 0] = all.subarray(4)
      onPacket(type, all.subarray(5, needed))
      all = all.subarray(needed)
    }
    chunks = [all]
    size = all.length
  }
}
