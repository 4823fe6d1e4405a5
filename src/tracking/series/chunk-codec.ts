import { crc32 } from 'node:zlib'
import type { Points } from './points.ts'

/**
 * A chunk of points as bytes, little-endian and lossless:
 *
 *     u32  number of points
 *     u8   encoding of the steps, u8 of the timestamps, u8 of the values
 *     u8   version, 2
 *          the three columns, each filled up to a multiple of 8 bytes
 *     u32  CRC-32 of all before, and u32 0; version 1 has none
 *
 * A column is written in the first of these encodings that gives back every double of it:
 *
 *     0  progression   f64 first, f64 difference: steps that are counted up
 *     1  delta8        f64 first, then a u8 difference for each further one
 *     2  delta16       the same in u16: timestamps, in milliseconds
 *     3  delta32       the same in i32
 *     4  float32       values that were computed in single precision, as most losses are
 *     5  float64       anything
 */
export function encodeChunk({ steps, timestamps, values }: Points): Uint8Array {
  const columns = [encodeColumn(steps), encodeColumn(timestamps), encodeColumn(values)]
  const endOfColumns = columns.reduce((size, { data }) => size + padded(data.byteLength), headerBytes)
  const bytes = new Uint8Array(endOfColumns + trailerBytes)
  const header = new DataView(bytes.buffer)
  header.setUint32(0, steps.length, true)
  header.setUint8(7, version)
  let offset = headerBytes
  for (const [index, { encoding, data }] of columns.entries()) {
    header.setUint8(4 + index, encoding)
    bytes.set(data, offset)
    offset += padded(data.byteLength)
  }
  header.setUint32(endOfColumns, crc32(bytes.subarray(0, endOfColumns)), true)
  return bytes
}

/** Whether a chunk is still what was written; true where it was written without a checksum. */
export function isChunkWhole(bytes: Uint8Array): boolean {
  if (bytes.length < headerBytes + trailerBytes || bytes[7] === 1) return bytes[7] === 1
  const end = bytes.length - trailerBytes
  const { buffer, byteOffset } = bytes
  return new DataView(buffer, byteOffset + end, 4).getUint32(0, true) === crc32(bytes.subarray(0, end))
}

/** @throws {RangeError} when the bytes are no chunk */
export function decodeChunk(stored: Uint8Array): Points {
  // Typed arrays of doubles begin at multiples of eight.
  const bytes = stored.byteOffset % 8 === 0 ? stored : stored.slice()
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const written = header.getUint8(7)
  if (written !== version && written !== 1) throw new RangeError(`A chunk has version ${written}.`)
  const length = header.getUint32(0, true)
  let offset = headerBytes
  const [steps, timestamps, values] = [4, 5, 6].map((at) => {
    const { column, sizeBytes } = decodeColumn(bytes, offset, header.getUint8(at), length)
    offset += padded(sizeBytes)
    return column
  })
  if (steps === undefined || timestamps === undefined || values === undefined) throw new RangeError('No columns.')
  return { steps, timestamps, values }
}

const version = 2
const headerBytes = 8
const trailerBytes = 8

const encodings = { progression: 0, delta8: 1, delta16: 2, delta32: 3, float32: 4, float64: 5 } as const

interface EncodedColumn {
  readonly encoding: number
  readonly data: Uint8Array
}

function padded(sizeBytes: number): number {
  return Math.ceil(sizeBytes / 8) * 8
}

function encodeColumn(column: Float64Array): EncodedColumn {
  return encodeProgression(column) ?? encodeDeltas(column) ?? encodeFloat32(column) ?? encodeFloat64(column)
}

function toBytes({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}

function encodeProgression(column: Float64Array): EncodedColumn | undefined {
  const [first = 0, second = first] = column
  const difference = second - first
  if (!Number.isInteger(first) || !Number.isInteger(difference)) return undefined
  if (!column.every((number, index) => Object.is(number, first + index * difference))) return undefined
  return { encoding: encodings.progression, data: toBytes(Float64Array.of(first, difference)) }
}

function encodeDeltas(column: Float64Array): EncodedColumn | undefined {
  const [first = 0] = column
  const deltas = new Float64Array(Math.max(0, column.length - 1))
  let [least, greatest, sum] = [0, 0, first]
  if (!Number.isInteger(first)) return undefined
  for (const [index, number] of column.subarray(1).entries()) {
    const delta = number - sum
    sum += delta
    // Whole numbers only: the sums of others depend on the order they are rounded in.
    if (!Number.isInteger(delta) || !Object.is(sum, number)) return undefined
    deltas[index] = delta
    least = Math.min(least, delta)
    greatest = Math.max(greatest, delta)
  }
  const encoding = chooseDeltaEncoding(least, greatest)
  if (encoding === undefined) return undefined
  const data = new Uint8Array(8 + deltas.length * deltaArrays[encoding].BYTES_PER_ELEMENT)
  data.set(toBytes(Float64Array.of(first)))
  data.set(toBytes(deltaArrays[encoding].from(deltas)), 8)
  return { encoding, data }
}

const deltaArrays = { 1: Uint8Array, 2: Uint16Array, 3: Int32Array } as const

function chooseDeltaEncoding(least: number, greatest: number): 1 | 2 | 3 | undefined {
  if (least >= 0 && greatest < 2 ** 8) return encodings.delta8
  if (least >= 0 && greatest < 2 ** 16) return encodings.delta16
  return least >= -(2 ** 31) && greatest < 2 ** 31 ? encodings.delta32 : undefined
}

function encodeFloat32(column: Float64Array): EncodedColumn | undefined {
  if (!column.every((number) => Object.is(number, Math.fround(number)))) return undefined
  return { encoding: encodings.float32, data: toBytes(Float32Array.from(column)) }
}

function encodeFloat64(column: Float64Array): EncodedColumn {
  return { encoding: encodings.float64, data: toBytes(column) }
}

function decodeColumn(
  bytes: Uint8Array,
  offset: number,
  encoding: number,
  length: number,
): { column: Float64Array; sizeBytes: number } {
  const { buffer } = bytes
  const start = bytes.byteOffset + offset
  switch (encoding) {
    case encodings.progression: {
      const [first = 0, difference = 0] = new Float64Array(buffer, start, 2)
      const column = new Float64Array(length)
      for (let index = 0; index < length; index++) column[index] = first + index * difference
      return { column, sizeBytes: 16 }
    }
    case encodings.delta8:
    case encodings.delta16:
    case encodings.delta32: {
      const [first = 0] = new Float64Array(buffer, start, 1)
      const deltas = readDeltas(encoding, buffer, start + 8, Math.max(0, length - 1))
      return { column: addUp(first, deltas, length), sizeBytes: 8 + deltas.byteLength }
    }
    case encodings.float32: {
      const floats = new Float32Array(buffer, start, length)
      return { column: new Float64Array(floats), sizeBytes: floats.byteLength }
    }
    case encodings.float64: {
      const column = new Float64Array(buffer, start, length)
      return { column, sizeBytes: column.byteLength }
    }
    default:
      throw new RangeError(`A chunk has a column of encoding ${encoding}.`)
  }
}

function readDeltas(encoding: 1 | 2 | 3, buffer: ArrayBufferLike, start: number, length: number) {
  if (encoding === encodings.delta8) return new Uint8Array(buffer, start, length)
  if (encoding === encodings.delta16) return new Uint16Array(buffer, start, length)
  return new Int32Array(buffer, start, length)
}

function addUp(first: number, deltas: ArrayLike<number>, length: number): Float64Array {
  const column = new Float64Array(length)
  let sum = first
  if (length > 0) column[0] = first
  for (let index = 1; index < length; index++) {
    sum += deltas[index - 1] ?? 0
    column[index] = sum
  }
  return column
}
