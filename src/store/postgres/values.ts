import { Buffer } from 'node:buffer'
import { RunwrightError } from '../../protocol/errors.ts'
import type { SqlValue } from '../database.ts'

/** Types by their number in PostgreSQL's catalogue (src/include/catalog/pg_type.dat). */
const types = { bool: 16, bytea: 17, int8: 20, int2: 21, int4: 23, float4: 700, float8: 701, numeric: 1700 } as const

/**
 * A value as it is sent: texts, whose type the server takes from where they stand, and bytes.
 *
 * @throws INVALID_PARAMETER_VALUE for a text with a zero character, which PostgreSQL cannot hold
 */
export function encodeValue(value: SqlValue): string | Uint8Array | null {
  if (value === null) return null
  if (typeof value === 'number') {
    // As in SQLite, NaN that is no text is no value; and zero has a sign.
    if (Number.isNaN(value)) return null
    return Object.is(value, -0) ? '-0' : String(value)
  }
  if (typeof value === 'bigint') return String(value)
  if (typeof value !== 'string') return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  if (!value.includes('\0')) return value
  throw new RunwrightError('INVALID_PARAMETER_VALUE', 'A text with a zero character (U+0000) cannot be stored.', {
    hint: 'PostgreSQL has no such texts. Leave the character out.',
  })
}

/** How a column of this type is read from the text that it comes as. */
export function decoderOf(type: number): (text: string) => SqlValue {
  switch (type) {
    case types.int2:
    case types.int4:
    case types.int8:
    case types.numeric:
      return decodeInteger
    case types.float4:
    case types.float8:
      return (text) => (text === 'NaN' ? text : Number(text))
    case types.bool:
      return (text) => (text === 't' ? 1 : 0)
    case types.bytea:
      // bytea_output is hex wherever it was not changed: `\x` and two digits a byte.
      return (text) => new Uint8Array(Buffer.from(text.slice(2), 'hex'))
    default:
      return (text) => text
  }
}

/** @throws {RangeError} as `node:sqlite` does, rather than a number that is not the one which is stored */
function decodeInteger(text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw new RangeError(`The value ${text} is too large to be a JavaScript number; ask for it as text.`)
  }
  return value
}
