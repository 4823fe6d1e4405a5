/** Data types by the names that safetensors gives them, with the bytes of a value where they are whole. */
const bytesOfType: Readonly<Record<string, number>> = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  I64: 8,
  U64: 8,
  F64: 8,
  C64: 8,
}

/** Undefined for types of less than a byte, and for those that are not known. */
export function findValueBytes(dataType: string): number | undefined {
  return Object.hasOwn(bytesOfType, dataType) ? bytesOfType[dataType] : undefined
}

/**
 * Values of a tensor as doubles. Undefined for data types that nothing is computed with here.
 *
 * @param bytes little-endian, from the start of a buffer of its own, a whole number of values
 */
export function toDoubles(dataType: string, bytes: Buffer): Float64Array | undefined {
  const { buffer, byteOffset, length } = bytes
  const of = <Typed>(make: new (buffer: ArrayBufferLike, offset: number, length: number) => Typed, size: number) =>
    new make(buffer, byteOffset, length / size)
  switch (dataType) {
    case 'F64':
      return of(Float64Array, 8)
    case 'F32':
      return new Float64Array(of(Float32Array, 4))
    case 'F16':
      return Float64Array.from(of(Uint16Array, 2), halfToNumber)
    case 'BF16':
      return fromBrain(of(Uint16Array, 2))
    case 'I8':
      return new Float64Array(of(Int8Array, 1))
    case 'U8':
    case 'BOOL':
      return new Float64Array(of(Uint8Array, 1))
    case 'I16':
      return new Float64Array(of(Int16Array, 2))
    case 'U16':
      return new Float64Array(of(Uint16Array, 2))
    case 'I32':
      return new Float64Array(of(Int32Array, 4))
    case 'U32':
      return new Float64Array(of(Uint32Array, 4))
    case 'I64':
      return Float64Array.from(of(BigInt64Array, 8), Number)
    case 'U64':
      return Float64Array.from(of(BigUint64Array, 8), Number)
    default:
      return undefined
  }
}

/** IEEE 754 binary16: 1 bit of sign, 5 of exponent, 10 of fraction. */
function halfToNumber(half: number): number {
  const exponent = (half >>> 10) & 31
  const fraction = half & 1023
  const sign = half >>> 15 === 1 ? -1 : 1
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

/** The upper half of a binary32. */
function fromBrain(halves: Uint16Array): Float64Array {
  const words = new Uint32Array(halves.length)
  for (let at = 0; at < halves.length; at += 1) words[at] = (halves[at] ?? 0) << 16
  return new Float64Array(new Float32Array(words.buffer))
}
