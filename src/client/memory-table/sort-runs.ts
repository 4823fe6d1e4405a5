import type { TableColumn, TableOrder } from '../../protocol/run-table.ts'
import type { MemoryRun } from './memory-run.ts'

type Value = string | number | undefined

/** Numbers first, then NaN and texts, then missing values, either direction; ties by start time, newest first, then id. */
export function compareRuns(order: readonly TableOrder[], a: MemoryRun, b: MemoryRun): number {
  for (const { column, descending } of order) {
    const [left, right] = [a.value(column), b.value(column)]
    const [rankLeft, rankRight] = [rankOf(column, left), rankOf(column, right)]
    if (rankLeft !== rankRight) return rankLeft - rankRight
    const difference = compareValues(column, left, right)
    if (difference !== 0) return descending ? -difference : difference
  }
  if (a.startTime !== b.startTime) return b.startTime - a.startTime
  return a.runId < b.runId ? -1 : 1
}

function rankOf({ kind }: TableColumn, value: Value): number {
  if (value === undefined) return 2
  if (typeof value === 'number') return Number.isNaN(value) ? 1 : 0
  return kind === 'param' && !isNumeric(value) ? 1 : 0
}

function compareValues({ kind }: TableColumn, left: Value, right: Value): number {
  if (left === undefined || right === undefined) return 0
  const areNumbers = kind === 'param' && isNumeric(left) && isNumeric(right)
  const [a, b] = areNumbers ? [Number(left), Number(right)] : [left, right]
  return a < b ? -1 : a > b ? 1 : 0
}

function isNumeric(value: string | number): boolean {
  return typeof value === 'number' || (value.trim() !== '' && !Number.isNaN(Number(value)))
}
