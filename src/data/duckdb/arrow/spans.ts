import type { Data } from 'apache-arrow/data'
import { checkIntact } from './invalid-input.ts'

/** Where the parts of each row begin and end among the parts of all rows. */
export interface Spans {
  start(row: number): number
  /** After `start`, and checked with it. */
  end(row: number): number
}

/** @param available how many parts there are */
export function openSpans({ valueOffsets, length }: Data, available: number): Spans {
  const offsets: Int32Array | BigInt64Array = valueOffsets
  checkIntact(length === 0 || offsets.length > length, 'a column is shorter than its batch')
  return {
    start: (row) => Number(offsets[row]),
    end(row) {
      const [start, end] = [Number(offsets[row]), Number(offsets[row + 1])]
      checkIntact(start >= 0 && start <= end && end <= available, 'a value lies outside of its column')
      return end
    },
  }
}
