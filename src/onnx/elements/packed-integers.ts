import { RunwrightError } from '../../protocol/errors.ts'

/** Integers of 2 or 4 bits from their bytes, where the first has the lowest bits. */
export function unpackBits(
  bytes: Uint8Array,
  count: number,
  bits: number,
  isSigned: boolean,
): Int8Array<ArrayBuffer> | Uint8Array<ArrayBuffer> {
  const values = isSigned ? new Int8Array(count) : new Uint8Array(count)
  const perByte = 8 / bits
  const shift = 32 - bits
  for (let index = 0; index < count; index += 1) {
    const high = (bytes[Math.floor(index / perByte)] ?? 0) << (shift - bits * (index % perByte))
    values[index] = isSigned ? high >> shift : high >>> shift
  }
  return values
}

/** @throws INVALID_PARAMETER_VALUE when a value is no integer that so many bits can hold */
export function packBits(values: ArrayLike<number>, bits: number, isSigned: boolean): Uint8Array<ArrayBuffer> {
  const [least, greatest] = isSigned ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1]
  const perByte = 8 / bits
  const mask = 2 ** bits - 1
  const bytes = new Uint8Array(Math.ceil(values.length / perByte))
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] ?? 0
    if (!Number.isInteger(value) || value < least || value > greatest) {
      throw new RunwrightError(
        'INVALID_PARAMETER_VALUE',
        `${value} is no ${isSigned ? '' : 'unsigned '}integer of ${bits} bits.`,
      )
    }
    const at = Math.floor(index / perByte)
    bytes[at] = (bytes[at] ?? 0) | ((value & mask) << (bits * (index % perByte)))
  }
  return bytes
}
