import {
  BIGINT,
  BOOLEAN,
  DECIMAL,
  DOUBLE,
  DuckDBDecimalValue,
  type DuckDBType,
  FLOAT,
  INTEGER,
  SMALLINT,
  TINYINT,
  UBIGINT,
  UINTEGER,
  USMALLINT,
  UTINYINT,
} from '@duckdb/node-api'
import type { Data } from 'apache-arrow/data'
import { Precision } from 'apache-arrow/enum'
import type { Decimal, Float, Int } from 'apache-arrow/type'
import { uint16ToFloat64 } from 'apache-arrow/util/math'
import type { ColumnReader } from './column-reader.ts'
import { checkIntact } from './invalid-input.ts'

/** Values of a fixed width, as many as there are rows. */
export function valuesOf<Values extends { readonly length: number }>({ values, length, stride }: Data): Values {
  // SAFETY: the reader of the format makes what it is asked for by the column's type; the caller knows that type.
  const found = (values ?? []) as Values
  checkIntact(found.length >= length * stride, 'a column is shorter than its batch')
  return found
}

export const readBool: ColumnReader = {
  type: BOOLEAN,
  open({ values, length }) {
    const bits: Uint8Array = values
    checkIntact(bits.length * 8 >= length, 'a column is shorter than its batch')
    return (row) => (((bits[row >> 3] ?? 0) >> (row & 7)) & 1) === 1
  },
}

const signedTypes: Readonly<Record<number, DuckDBType>> = { 8: TINYINT, 16: SMALLINT, 32: INTEGER, 64: BIGINT }
const unsignedTypes: Readonly<Record<number, DuckDBType>> = { 8: UTINYINT, 16: USMALLINT, 32: UINTEGER, 64: UBIGINT }

export function readInteger({ isSigned, bitWidth }: Int): ColumnReader {
  const type = (isSigned ? signedTypes : unsignedTypes)[bitWidth]
  checkIntact(type !== undefined, `it has integers of ${bitWidth} bits`)
  return {
    type,
    open(data) {
      const values = valuesOf<ArrayLike<number | bigint>>(data)
      return (row) => values[row] ?? null
    },
  }
}

export function readFloat({ precision }: Float): ColumnReader {
  const isHalf = precision === Precision.HALF
  return {
    type: precision === Precision.DOUBLE ? DOUBLE : FLOAT,
    open(data) {
      const values = valuesOf<ArrayLike<number>>(data)
      return isHalf ? (row) => uint16ToFloat64(values[row] ?? 0) : (row) => values[row] ?? null
    },
  }
}

/** DuckDB's decimals have so many digits; longer ones become DOUBLE, as in Parquet. */
const maxPrecision = 38

export function readDecimal({ precision, scale, bitWidth }: Decimal): ColumnReader {
  const isDecimal = precision > 0 && precision <= maxPrecision && scale >= 0 && scale <= precision
  const limit = 10n ** BigInt(Math.max(0, Math.min(precision, maxPrecision)))
  return {
    type: isDecimal ? DECIMAL(precision, scale) : DOUBLE,
    open(data) {
      const read = readWide(valuesOf<Uint32Array>(data), bitWidth)
      if (!isDecimal) return (row) => Number(`${read(row)}e${-scale}`)
      return (row) => {
        const value = read(row)
        checkIntact(value < limit && value > -limit, 'a decimal has more digits than its column')
        return new DuckDBDecimalValue(value, precision, scale)
      }
    },
  }
}

/** Integers of several words, the least significant first. */
function readWide(words: Uint32Array, bitWidth: number): (row: number) => bigint {
  const count = bitWidth / 32
  if (count === 1) return (row) => BigInt((words[row] ?? 0) | 0)
  const wide = new BigUint64Array(words.buffer, words.byteOffset, words.length >> 1)
  if (count === 2) return (row) => BigInt.asIntN(64, wide[row] ?? 0n)
  return (row) => {
    let value = 0n
    for (let at = (count >> 1) - 1; at >= 0; at--) value = (value << 64n) | (wide[(row * count) / 2 + at] ?? 0n)
    return BigInt.asIntN(bitWidth, value)
  }
}
