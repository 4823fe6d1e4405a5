import type { ResultColumn } from '../data/duckdb-process.ts'
import { RunwrightError } from '../protocol/errors.ts'

/** What moments are compared in. Nanoseconds only where a column has them: they reach from 1677 to 2262. */
export type TimeUnit = 'us' | 'ns'

const units: Readonly<Record<string, TimeUnit>> = {
  DATE: 'us',
  TIMESTAMP: 'us',
  TIMESTAMP_S: 'us',
  TIMESTAMP_MS: 'us',
  TIMESTAMP_NS: 'ns',
  'TIMESTAMP WITH TIME ZONE': 'us',
}

/** Undefined for a type that is no time. A date is its midnight, and a time without a zone is in UTC. */
export function timeUnit(type: string): TimeUnit | undefined {
  return Object.hasOwn(units, type) ? units[type] : undefined
}

/** @throws INVALID_PARAMETER_VALUE for a column that holds no times, saying how to make them */
export function checkTimeColumn({ name, type }: ResultColumn, where: string): TimeUnit {
  const unit = timeUnit(type)
  if (unit !== undefined) return unit
  const hint = /INT/.test(type)
    ? `Seconds since 1970 become a time by to_timestamp("${name}"), milliseconds by epoch_ms("${name}").`
    : `A text such as 2024-05-01T12:00:00Z becomes a time by CAST("${name}" AS TIMESTAMPTZ).`
  throw new RunwrightError('INVALID_PARAMETER_VALUE', `${where}: column "${name}" holds ${type}, expected times.`, {
    hint,
  })
}

/** Nanoseconds beyond every moment. */
const infinity = '1'.padEnd(37, '0')

/**
 * A moment that can be compared with any other of the same unit. Infinite times stay before and after all others.
 *
 * @param column an expression of SQL
 */
export function momentOf(column: string, type: string, unit: TimeUnit): string {
  const time = type === 'VARCHAR' ? `CAST(${column} AS TIMESTAMPTZ)` : column
  const moment = `CAST(${time} AS TIMESTAMP)`
  if (unit === 'us') return moment
  const nanoseconds =
    timeUnit(type) === 'ns' ? `CAST(epoch_ns(${column}) AS HUGEINT)` : `CAST(epoch_us(${moment}) AS HUGEINT) * 1000`
  const infinite = `CASE WHEN ${moment} > TIMESTAMP '1970-01-01' THEN 1 ELSE -1 END::HUGEINT * ${infinity}`
  return `CASE WHEN isfinite(${time}) IS DISTINCT FROM false THEN ${nanoseconds} ELSE ${infinite} END`
}

/** Whether a moment is at most so long after another. Of infinite ones none is. */
export function isWithin(later: string, earlier: string, seconds: number, unit: TimeUnit): string {
  if (unit === 'ns') {
    return `(${later} - ${earlier} <= ${seconds * 1000}::HUGEINT * 1000000 AND abs(${earlier}) < ${infinity})`
  }
  return `coalesce(epoch_us(${later})::HUGEINT - epoch_us(${earlier})::HUGEINT <= ${seconds * 1000}::HUGEINT * 1000, false)`
}
