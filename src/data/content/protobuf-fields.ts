import { RunwrightError, throwIfCancelled } from '../../protocol/errors.ts'
import type { Work } from '../work.ts'
import type { ByteSource } from './byte-source.ts'

/** A place in a file, from its first byte to the one behind its last. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/** A field of a message. */
export interface Field extends ByteRange {
  readonly number: number
  /** Of a number: its value, of a varint as an unsigned one, exact up to 2^53; of what has a length: NaN. */
  readonly value: number
}

/** Reads messages of a file without having more of it in memory than a window. */
export interface MessageReader {
  readonly source: ByteSource
  /**
   * Tells the fields of a message in their order. What has a length is not read: `visit` may read it, as a message too.
   *
   * @throws BAD_REQUEST where the bytes are no message, or the file has more fields than `maxFields`
   */
  visit(range: ByteRange, visit: (field: Field) => Promise<void> | void): Promise<void>
  /** The bytes of a range, `maxBytes` of them at most; valid until the next call. */
  bytes(range: ByteRange, maxBytes: number): Promise<Buffer>
  /** Text of a range, cut where it is long. */
  text(range: ByteRange): Promise<string>
}

const windowBytes = 1 << 16
/** A field has two bytes at least; the largest models have a million. */
const maxFields = 20_000_000
const maxTextBytes = 4096
const longestHead = 20

/** @param what names the file in errors */
export function createMessageReader(source: ByteSource, what: string, work: Pick<Work, 'signal'>): MessageReader {
  let window: Buffer = Buffer.alloc(0)
  let windowStart = 0
  let fields = 0
  const refuse = (why: string) => new RunwrightError('BAD_REQUEST', `${what} cannot be read: ${why}.`)

  async function load(offset: number): Promise<void> {
    throwIfCancelled(work)
    window = await source.read(offset, windowBytes)
    windowStart = offset
  }

  const isLoaded = (offset: number, end: number) =>
    offset >= windowStart && Math.min(offset + longestHead, end) <= windowStart + window.length

  async function readBytes({ start, end }: ByteRange, maxBytes: number): Promise<Buffer> {
    const last = Math.min(end, start + maxBytes)
    if (last - start > windowBytes) return source.read(start, last - start)
    if (start < windowStart || last > windowStart + window.length) await load(start)
    return window.subarray(start - windowStart, last - windowStart)
  }

  return {
    source,
    bytes: readBytes,
    async visit({ start, end }, visit) {
      let at = start
      while (at < end) {
        fields += 1
        if (fields > maxFields) throw refuse(`it has more than ${maxFields} fields`)
        if (!isLoaded(at, end)) await load(at)
        const field = parseField(window, at - windowStart, Math.min(window.length, end - windowStart))
        if (field === undefined) throw refuse(`there is no field at byte ${at}`)
        const moved = { ...field, start: field.start + windowStart, end: field.end + windowStart }
        if (moved.end > end) throw refuse(`a field at byte ${at} goes beyond its message`)
        const visited = visit(moved)
        if (visited !== undefined) await visited
        at = moved.end
      }
    },
    async text(range) {
      const text = (await readBytes(range, maxTextBytes)).toString('utf8')
      return range.end - range.start > maxTextBytes ? `${text}…` : text
    },
  }
}

/** @see https://protobuf.dev/programming-guides/encoding/ */
function parseField(bytes: Buffer, at: number, end: number): Field | undefined {
  const tag = parseVarint(bytes, at, end)
  if (tag === undefined || tag.value >= 2 ** 32 || tag.value < 8) return undefined
  const number = Math.floor(tag.value / 8)
  switch (tag.value % 8) {
    case 0: {
      const varint = parseVarint(bytes, tag.end, end)
      return varint && { number, value: varint.value, start: tag.end, end: varint.end }
    }
    case 1:
      return tag.end + 8 > end
        ? undefined
        : { number, value: bytes.readDoubleLE(tag.end), start: tag.end, end: tag.end + 8 }
    case 2: {
      const length = parseVarint(bytes, tag.end, end)
      if (length === undefined || !Number.isSafeInteger(length.value)) return undefined
      return { number, value: Number.NaN, start: length.end, end: length.end + length.value }
    }
    case 5:
      return tag.end + 4 > end
        ? undefined
        : { number, value: bytes.readFloatLE(tag.end), start: tag.end, end: tag.end + 4 }
    default:
      return undefined
  }
}

/** Up to ten bytes of seven bits, the lowest first. */
export function parseVarint(bytes: Buffer, at: number, end: number): { value: number; end: number } | undefined {
  let value = 0
  for (let index = 0; index < 10 && at + index < end; index += 1) {
    const byte = bytes[at + index] ?? 0
    value += (byte & 0x7f) * 2 ** (7 * index)
    if (byte < 0x80) return { value, end: at + index + 1 }
  }
  return undefined
}
