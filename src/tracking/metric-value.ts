import type { MetricPoint } from '../protocol/runs.ts'
import type { SqlRow, SqlValue } from '../store/database.ts'
import { getNumber } from '../store/row.ts'

/** SQLite has no NaN (it turns into null), so it is kept as the text `NaN`; infinities are stored as they are. */
export function toStoredValue(value: number): SqlValue {
  return Number.isNaN(value) ? 'NaN' : value
}

export function fromStoredValue(value: SqlValue | undefined): number {
  if (typeof value === 'number') return value
  if (value === 'NaN') return Number.NaN
  throw new TypeError(`A metric holds ${String(value)}, expected a number or NaN.`)
}

/** The point that a row holds as its step, timestamp and value. */
export function toPoint(row: SqlRow): MetricPoint {
  return {
    step: getNumber(row, 'step'),
    timestamp: getNumber(row, 'timestamp'),
    value: fromStoredValue(row['value']),
  }
}

/**
 * Whether `a` comes after `b` by step, then timestamp, then value, where NaN counts as greater than any number. The
 * last point in this order is a metric's latest one.
 */
export function isLater(a: MetricPoint, b: MetricPoint): boolean {
  if (a.step !== b.step) return a.step > b.step
  if (a.timestamp !== b.timestamp) return a.timestamp > b.timestamp
  return a.value > b.value || (Number.isNaN(a.value) && !Number.isNaN(b.value))
}
