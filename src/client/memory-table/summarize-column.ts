import type { ColumnStatistics, TableColumn } from '../../protocol/run-table.ts'
import { isNumeric } from '../../protocol/column-values.ts'

const histogramParts = 24
const topValues = 50
/** So many values of a param, all of them numbers, are looked at as numbers. */
const minNumbers = 12

/** What a column holds, as `table/statistics` tells it. */
export function summarizeColumn(
  column: TableColumn,
  values: readonly (string | number | undefined)[],
): ColumnStatistics {
  const present = values.filter((value) => value !== undefined)
  if (isNumeric(column)) return summarizeNumbers(present.map(Number))
  const counts = new Map<string, number>()
  for (const value of present) counts.set(String(value), (counts.get(String(value)) ?? 0) + 1)
  const areNumbers = [...counts.keys()].every((value) => value.trim() !== '' && Number.isFinite(Number(value)))
  if (column.kind === 'param' && counts.size >= minNumbers && areNumbers) return summarizeNumbers(present.map(Number))
  const top = [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
  return { kind: 'texts', count: present.length, distinctCount: counts.size, top: top.slice(0, topValues) }
}

function summarizeNumbers(numbers: readonly number[]): ColumnStatistics {
  const finite = numbers.filter(Number.isFinite)
  const histogram = new Uint32Array(histogramParts)
  if (finite.length === 0) return { kind: 'numbers', count: numbers.length, min: NaN, max: NaN, histogram }
  const min = finite.reduce((least, value) => Math.min(least, value))
  const max = finite.reduce((greatest, value) => Math.max(greatest, value))
  for (const value of finite) {
    const part = Math.min(histogramParts - 1, Math.floor(((value - min) * histogramParts) / (max - min || 1)))
    histogram[part] = (histogram[part] ?? 0) + 1
  }
  return { kind: 'numbers', count: numbers.length, min, max, histogram }
}
