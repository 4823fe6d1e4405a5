import { RunwrightError } from './errors.ts'
import { isRecord } from './json.ts'

/**
 * Results that carry typed arrays, as bytes, little-endian:
 *
 *     u32   length of the text in bytes
 *           the result as JSON in UTF-8, each array in it as `{"$array": [type, offset, length]}` and a number that
 *           JSON has no word for as `{"$number": "NaN"}`, filled up with spaces to a multiple of 8 bytes from the start
 *           the arrays, each filled up to a multiple of 8 bytes; offsets count from the first
 *
 * Doubles keep every bit, NaN and the infinities included, and nothing is parsed digit by digit.
 */
export const bulkContentType = 'application/vnd.runwright.bulk'

const arrayTypes = { Float64Array, Float32Array, Uint32Array, Int32Array, Uint8Array } as const
type ArrayType = keyof typeof arrayTypes
type BulkArray = Float64Array | Float32Array | Uint32Array | Int32Array | Uint8Array

const marker = '$array'
const numberMarker = '$number'

export function encodeBulk(value: object): Uint8Array<ArrayBuffer> {
  const arrays: BulkArray[] = []
  let arrayBytes = 0
  const text = JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item === 'number' && !Number.isFinite(item)) return { [numberMarker]: String(item) }
    const type = typeOf(item)
    if (type === undefined || !isArrayOf(item)) return item
    const offset = arrayBytes
    arrays.push(item)
    arrayBytes += padded(item.byteLength)
    return { [marker]: [type, offset, item.length] }
  })
  const textBytes = new TextEncoder().encode(text)
  const start = padded(4 + textBytes.byteLength)
  const bytes = new Uint8Array(start + arrayBytes)
  new DataView(bytes.buffer).setUint32(0, start - 4, true)
  bytes.set(textBytes, 4)
  bytes.fill(0x20, 4 + textBytes.byteLength, start)
  let offset = start
  for (const { buffer, byteOffset, byteLength } of arrays) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), offset)
    offset += padded(byteLength)
  }
  return bytes
}

/** @throws {RunwrightError} INTERNAL_ERROR when the bytes are none of `encodeBulk` */
export function decodeBulk(received: Uint8Array): unknown {
  // Typed arrays begin at multiples of their own size.
  const bytes = received.byteOffset % 8 === 0 ? received : received.slice()
  if (bytes.byteLength < 4) throw createCutError()
  const start = 4 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
  if (start > bytes.byteLength) throw createCutError()
  const text = new TextDecoder().decode(bytes.subarray(4, start))
  const value: unknown = JSON.parse(text, (_key, item: unknown) => readArray(item, bytes, start))
  return value
}

function readArray(item: unknown, bytes: Uint8Array, start: number): unknown {
  if (!isRecord(item)) return item
  if (typeof item[numberMarker] === 'string') return Number(item[numberMarker])
  const place = Object.hasOwn(item, marker) ? item[marker] : undefined
  if (!Array.isArray(place)) return item
  const [type, offset, length]: unknown[] = place
  if (!isArrayType(type) || typeof offset !== 'number' || typeof length !== 'number') return item
  const from = start + offset
  if (from + length * arrayTypes[type].BYTES_PER_ELEMENT > bytes.byteLength) throw createCutError()
  return viewArray(type, bytes.buffer, bytes.byteOffset + from, length)
}

function viewArray(type: ArrayType, buffer: ArrayBufferLike, offset: number, length: number): BulkArray {
  switch (type) {
    case 'Float64Array':
      return new Float64Array(buffer, offset, length)
    case 'Float32Array':
      return new Float32Array(buffer, offset, length)
    case 'Uint32Array':
      return new Uint32Array(buffer, offset, length)
    case 'Int32Array':
      return new Int32Array(buffer, offset, length)
    case 'Uint8Array':
      return new Uint8Array(buffer, offset, length)
  }
}

function isArrayType(type: unknown): type is ArrayType {
  return typeof type === 'string' && Object.hasOwn(arrayTypes, type)
}

function typeOf(value: unknown): ArrayType | undefined {
  if (!ArrayBuffer.isView(value)) return undefined
  const type: unknown = Object.prototype.toString.call(value).slice(8, -1)
  return isArrayType(type) ? type : undefined
}

function isArrayOf(value: unknown): value is BulkArray {
  return typeOf(value) !== undefined
}

function padded(sizeBytes: number): number {
  return Math.ceil(sizeBytes / 8) * 8
}

function createCutError(): RunwrightError {
  return new RunwrightError('INTERNAL_ERROR', 'The engine sent an answer that is cut off.')
}
