import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { countRuns, formatAge, formatDuration, formatMetricValue, formatSize, formatSpokenAge } from './format.ts'

function check<Value>(format: (value: Value) => string, rows: readonly (readonly [Value, string])[]): void {
  for (const [value, text] of rows) it(`writes ${value} as “${text}”`, () => assert.equal(format(value), text))
}

const now = Date.UTC(2026, 10, 24)
const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

describe('the age of a run that started so many milliseconds ago', () => {
  check(
    (ago: number) => formatAge(now - ago, now),
    [
      [-5000, 'now'],
      [0, 'now'],
      [minute - 1, 'now'],
      [minute, '1m'],
      [hour - 1, '59m'],
      [hour, '1h'],
      [day, '1d'],
      [30 * day, '2026-10-25'],
    ],
  )
})

describe('the age in words', () => {
  check(
    (ago: number) => formatSpokenAge(now - ago, now),
    [
      [0, 'started just now'],
      [minute, 'started 1 minute ago'],
      [3 * hour, 'started 3 hours ago'],
      [2 * day, 'started 2 days ago'],
      [40 * day, 'started on 2026-10-15'],
    ],
  )
})

describe('a duration in milliseconds', () => {
  check(formatDuration, [
    [-3, '0ms'],
    [850, '850ms'],
    [42_000, '42s'],
    [200_000, '3m 20s'],
    [5 * hour + 12 * minute, '5h 12m'],
  ])
})

describe('the value of a metric', () => {
  check(formatMetricValue, [
    [0, '0'],
    [0.97234, '0.9723'],
    [0.5, '0.5'],
    [12, '12'],
    [-3.14159, '-3.142'],
    [123_456, '123456'],
    [123_456_789, '1.235e+8'],
    [1e6, '1e+6'],
    [0.00001, '1e-5'],
    [Number.NaN, 'NaN'],
    [Number.NEGATIVE_INFINITY, '-Infinity'],
    ['Infinity', 'Infinity'],
  ])
})

describe('a size in bytes', () => {
  check(formatSize, [
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1 KB'],
    [1536, '1.5 KB'],
    [90_400_000, '86.2 MB'],
    [5 * 1024 ** 4, '5 TB'],
    [5000 * 1024 ** 4, '5000 TB'],
  ])
})

describe('a count', () => {
  check(
    (count: number) => countRuns(count),
    [
      [0, '0 runs'],
      [1, '1 run'],
      [10_000, '10,000 runs'],
    ],
  )
})
