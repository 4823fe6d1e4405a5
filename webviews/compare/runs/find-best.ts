import { inferGoal } from '../../../src/protocol/headline-metric.ts'
import type { ColumnValues } from '../../../src/protocol/run-table.ts'

/** The best finite value by the goal that the metric's key tells; undefined where fewer than two rows have one. */
export function findBest(pages: readonly ColumnValues[], key: string): number | undefined {
  const sign = inferGoal(key) === 'maximize' ? 1 : -1
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
  return count < 2 ? undefined : best * sign
}
