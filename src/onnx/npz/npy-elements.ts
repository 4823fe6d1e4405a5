import { countElements, type TensorValue, toBytes, toElements } from '../tensor-value.ts'
import { makeNpyHeader, type NpyHeader, wrong } from './npy-header.ts'

/**
 * Elements of a file as a tensor.
 *
 * @param dims those of the part that is given, which is all of it or some of its first dim
 * @param bytes its elements; they may be changed, and kept
 * @throws BAD_REQUEST for texts that are none
 */
export function decodeNpy(
  header: NpyHeader,
  dims: readonly number[],
  bytes: Uint8Array<ArrayBuffer>,
  name: string,
): TensorValue {
  if (header.isBigEndian) swapBytes(bytes, header.text === undefined ? header.itemBytes : 4)
  const places = header.isFortran && dims.length > 1 ? columnMajorPlaces(dims) : undefined
  if (header.text !== undefined) {
    const texts = decodeTexts(header, countElements(dims), bytes, name)
    return { dtype: 'string', dims, data: places === undefined ? texts : Array.from(places, (at) => texts[at] ?? '') }
  }
  if (header.dtype === 'string') throw wrong(name, 'its elements are no texts')
  const ordered = places === undefined ? bytes : moveElements(bytes, header.itemBytes, places)
  return { dtype: header.dtype, dims, data: toElements(header.dtype, ordered) }
}

function swapBytes(bytes: Uint8Array<ArrayBuffer>, width: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (width === 2) buffer.swap16()
  else if (width === 4) buffer.swap32()
  else if (width === 8) buffer.swap64()
}

function decodeTexts({ text, itemBytes }: NpyHeader, count: number, bytes: Uint8Array, name: string): string[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from({ length: count }, (_, index) => {
    const item = buffer.subarray(index * itemBytes, (index + 1) * itemBytes)
    return text === 'bytes' ? item.toString('utf8').replace(/\0+$/, '') : decodeUtf32(item, name)
  })
}

/** What follows the last character of a text that is shorter than others is zeros. */
function decodeUtf32(item: Buffer, name: string): string {
  const points: number[] = []
  for (let at = 0; at < item.length; at += 4) points.push(item.readUInt32LE(at))
  while (points.at(-1) === 0) points.pop()
  if (points.some((point) => point > 0x10ffff)) throw wrong(name, 'it has a text that is no Unicode')
  return points.map((point) => String.fromCodePoint(point)).join('')
}

/** Where each element of row-major order is when the first dim runs fastest. */
function columnMajorPlaces(dims: readonly number[]): Float64Array {
  const places = new Float64Array(countElements(dims))
  const index = dims.map(() => 0)
  const strides = dims.map((_, at) => countElements(dims.slice(0, at)))
  let place = 0
  for (let next = 0; next < places.length; next++) {
    places[next] = place
    for (let at = dims.length - 1; at >= 0; at--) {
      const [stride = 0, size = 0, count = 0] = [strides[at], dims[at], index[at]]
      place += stride
      index[at] = count + 1
      if (count + 1 < size) break
      place -= stride * size
      index[at] = 0
    }
  }
  return places
}

function moveElements(bytes: Uint8Array, width: number, places: Float64Array): Uint8Array<ArrayBuffer> {
  const moved = new Uint8Array(bytes.byteLength)
  let to = 0
  for (const from of places) {
    moved.set(bytes.subarray(from * width, (from + 1) * width), to)
    to += width
  }
  return moved
}

/** A tensor as the bytes of a `.npy` file, in two parts. */
export function encodeNpy(tensor: TensorValue): readonly [header: Uint8Array, elements: Uint8Array] {
  if (tensor.dtype !== 'string') return [makeNpyHeader(tensor.dtype, tensor.dims), toBytes(tensor.data)]
  const texts = tensor.data.map((text) => Array.from(text, (character) => character.codePointAt(0) ?? 0))
  // NumPy has no text without room for a character.
  const length = texts.reduce((most, points) => Math.max(most, points.length), 1)
  const elements = new Uint32Array(texts.length * length)
  for (const [index, points] of texts.entries()) elements.set(points, index * length)
  return [makeNpyHeader('string', tensor.dims, length), toBytes(elements)]
}
