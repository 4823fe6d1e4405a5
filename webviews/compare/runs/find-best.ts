import { inferGoal } from '../../../src/protocol/headline-metric.ts'
import type { ColumnValues } from '../../../src/protocol/run-table.ts'

/** The best of the finite values of a metric, and how many there are. */
export interface Best {
  /** Counts only if there is any. */
  readonly value: number
  readonly count: number
}

const signOf = (key: string) => (inferGoal(key) === 'maximize' ? 1 : -1)

/** By the goal that the metric's key tells. */
export function findBest(pages: readonly ColumnValues[], key: string): Best {
  const sign = signOf(key)
  let best = -Infinity
  let count = 0
  for (const values of pages) {
    if (values.kind !== 'numbers') continue
    for (const number of values.numbers) {
      if (!Number.isFinite(number)) continue
      count += 1
      best = Math.max(best, number * sign)
    }
  }
  return { value: best * sign, count }
}

/** Of several parts of a table; undefined where fewer than two rows have a value: there is nothing to be better than. */
export function joinBests(parts: readonly Best[], key: string): number | undefined {
  const count = parts.reduce((sum, part) => sum + part.count, 0)
  const sign = signOf(key)
  const values = parts.flatMap((part) => (part.count > 0 ? part.value * sign : []))
  return count < 2 ? undefined : Math.max(...values) * sign
}
