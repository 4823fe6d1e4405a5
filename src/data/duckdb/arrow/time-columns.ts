import {
  BIGINT,
  DATE,
  DuckDBDateValue,
  DuckDBIntervalValue,
  DuckDBTimeNSValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBTimeValue,
  INTERVAL,
  TIME,
  TIME_NS,
  TIMESTAMP,
  TIMESTAMP_NS,
  TIMESTAMPTZ,
} from '@duckdb/node-api'
import { DateUnit, IntervalUnit, TimeUnit } from 'apache-arrow/enum'
import type { Date_, Interval, Time, Timestamp } from 'apache-arrow/type'
import type { ColumnReader } from './column-reader.ts'
import { checkIntact } from './invalid-input.ts'
import { valuesOf } from './number-columns.ts'

type Numbers = ArrayLike<number | bigint>

const perSecond: Readonly<Record<TimeUnit, bigint>> = {
  [TimeUnit.SECOND]: 1n,
  [TimeUnit.MILLISECOND]: 1000n,
  [TimeUnit.MICROSECOND]: 1_000_000n,
  [TimeUnit.NANOSECOND]: 1_000_000_000n,
}

function toMicros(value: number | bigint | undefined, unit: TimeUnit): bigint {
  return (BigInt(value ?? 0) * 1_000_000n) / perSecond[unit]
}

/** In milliseconds a date should have no time of day, but some writers leave it in: so nothing of it is cut off. */
export function readDate({ unit }: Date_): ColumnReader {
  if (unit === DateUnit.DAY) {
    return {
      type: DATE,
      open(data) {
        const values = valuesOf<ArrayLike<number>>(data)
        return (row) => new DuckDBDateValue(values[row] ?? 0)
      },
    }
  }
  return {
    type: TIMESTAMP,
    open(data) {
      const values = valuesOf<Numbers>(data)
      return (row) => new DuckDBTimestampValue(toMicros(values[row], TimeUnit.MILLISECOND))
    },
  }
}

export function readTime({ unit }: Time): ColumnReader {
  const isNano = unit === TimeUnit.NANOSECOND
  const dayLength = 86_400n * perSecond[unit]
  return {
    type: isNano ? TIME_NS : TIME,
    open(data) {
      const values = valuesOf<Numbers>(data)
      return (row) => {
        const value = BigInt(values[row] ?? 0)
        checkIntact(value >= 0n && value <= dayLength, 'a time is not within a day')
        return isNano ? new DuckDBTimeNSValue(value) : new DuckDBTimeValue(toMicros(value, unit))
      }
    },
  }
}

/** With a zone they are moments, and shown in UTC; those in nanoseconds are then cut to microseconds. */
export function readTimestamp({ unit, timezone }: Timestamp): ColumnReader {
  const isMoment = typeof timezone === 'string' && timezone !== ''
  const isNano = unit === TimeUnit.NANOSECOND && !isMoment
  return {
    type: isMoment ? TIMESTAMPTZ : isNano ? TIMESTAMP_NS : TIMESTAMP,
    open(data) {
      const values = valuesOf<Numbers>(data)
      if (isNano) return (row) => new DuckDBTimestampNanosecondsValue(BigInt(values[row] ?? 0))
      if (isMoment) return (row) => new DuckDBTimestampTZValue(toMicros(values[row], unit))
      return (row) => new DuckDBTimestampValue(toMicros(values[row], unit))
    },
  }
}

/** In the unit of the column: that has every digit, and statistics. */
export const readDuration: ColumnReader = {
  type: BIGINT,
  open(data) {
    const values = valuesOf<BigInt64Array>(data)
    return (row) => values[row] ?? null
  },
}

export function readInterval({ unit }: Interval): ColumnReader {
  return {
    type: INTERVAL,
    open(data) {
      const words = valuesOf<Int32Array>(data)
      const word = (at: number) => words[at] ?? 0
      if (unit === IntervalUnit.YEAR_MONTH) return (row) => new DuckDBIntervalValue(word(row), 0, 0n)
      if (unit === IntervalUnit.DAY_TIME) {
        return (row) => new DuckDBIntervalValue(0, word(2 * row), BigInt(word(2 * row + 1)) * 1000n)
      }
      return (row) => {
        const nanos = (BigInt(word(4 * row + 3)) << 32n) | BigInt(word(4 * row + 2) >>> 0)
        return new DuckDBIntervalValue(word(4 * row), word(4 * row + 1), nanos / 1000n)
      }
    },
  }
}
