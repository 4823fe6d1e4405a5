import type { DuckDBValue } from '@duckdb/node-api'
import { Field } from 'apache-arrow/schema'
import type { Dictionary } from 'apache-arrow/type'
import type { ColumnReader, ReaderOf, ReadValue } from './column-reader.ts'
import { checkIntact } from './invalid-input.ts'
import { valuesOf } from './number-columns.ts'
import type { Room } from './room.ts'

/** Of larger ones each value is read again: they are rarely used twice. */
const maxKeptValues = 1_000_000

/** A column of indices into a dictionary is what its dictionary is. */
export function readDictionary(type: Dictionary, readerOf: ReaderOf): ColumnReader {
  const inner = readerOf(new Field('', type.dictionary))
  return {
    type: inner.type,
    open(data, room) {
      const indices = valuesOf<ArrayLike<number | bigint>>(data)
      const parts = data.dictionary?.data ?? []
      const count = parts.reduce((sum, { length }) => sum + length, 0)
      const read = joinParts(parts.map((part) => ({ length: part.length, read: inner.open(part, room) })))
      const known = count <= maxKeptValues ? keepValues(read, room) : read
      return (row) => {
        const index = Number(indices[row])
        checkIntact(index >= 0 && index < count, 'a value is not in its dictionary')
        return known(index)
      }
    },
  }
}

interface Part {
  readonly length: number
  readonly read: ReadValue
}

/** A dictionary that has grown from batch to batch. */
function joinParts(parts: readonly Part[]): ReadValue {
  const [only] = parts
  if (only !== undefined && parts.length === 1) return only.read
  return (index) => {
    let at = index
    for (const { length, read } of parts) {
      if (at < length) return read(at)
      at -= length
    }
    return null
  }
}

/** What a value takes, it takes in each row. */
function keepValues(read: ReadValue, room: Room): ReadValue {
  const values: DuckDBValue[] = []
  const costs: number[] = []
  return (index) => {
    const known = values[index]
    if (known !== undefined) {
      room.take(costs[index] ?? 0)
      return known
    }
    const before = room.used
    const value = read(index)
    values[index] = value
    costs[index] = room.used - before
    return value
  }
}
