import type { RunRecord } from './run-values.ts'
import { correlateRanks } from './rank-correlation.ts'
import { computeImportance } from './random-forest.ts'

/** How much a column tells of a metric. */
export interface Importance {
  /** Place among the columns, from 0 on. */
  readonly column: number
  /** A share of what all columns tell, 0 … 1; see `computeImportance`. */
  readonly share: number
  /** Spearman's, −1 … 1; NaN for a column of texts, or of one value. */
  readonly correlation: number
}

/** More runs take long and change little: of more, as many at equal distances are taken. */
const maxRuns = 500

/**
 * The columns of a table of runs by their importance for its first one, the greatest first; undefined for fewer than
 * four runs with a value. A missing number stands for the median of its column. Texts are numbered by the mean that
 * the target has with them, which loses no split of a regression tree (Fisher 1958, "On grouping for maximum
 * homogeneity").
 */
export function rankColumns(records: readonly RunRecord[]): { readonly columns: Importance[]; readonly runs: number } {
  const all = records.filter(({ values: [target] }) => typeof target === 'number' && Number.isFinite(target))
  const every = Math.max(1, Math.ceil(all.length / maxRuns))
  const runs = all.filter((_, index) => index % every === 0)
  const columnCount = (runs[0]?.values.length ?? 1) - 1
  if (runs.length < 4) return { columns: [], runs: runs.length }
  const target = Float64Array.from(runs, ({ values }) => Number(values[0]))
  const cells = Array.from({ length: columnCount }, (_, column) => runs.map(({ values }) => values[column + 1]))
  const features = cells.map((column) => toNumbers(column, target))
  const shares = computeImportance({ features, target })
  const columns = features.map((feature, column) => ({
    column,
    share: shares[column] ?? 0,
    correlation: isTexts(cells[column] ?? []) ? Number.NaN : correlateRanks(feature, target),
  }))
  return { columns: columns.sort((a, b) => b.share - a.share), runs: runs.length }
}

type Cells = readonly (string | number | undefined)[]

function isTexts(cells: Cells): boolean {
  return cells.some((cell) => typeof cell === 'string')
}

function toNumbers(cells: Cells, target: Float64Array): Float64Array {
  if (isTexts(cells)) {
    const rows = Map.groupBy(cells.keys(), (row) => String(cells[row] ?? ''))
    const meanOf = (rows: readonly number[]) => rows.reduce((sum, row) => sum + (target[row] ?? 0), 0) / rows.length
    const means = new Map(Array.from(rows, ([name, rows]) => [name, meanOf(rows)]))
    return Float64Array.from(cells, (cell) => means.get(String(cell ?? '')) ?? 0)
  }
  const known = cells.filter((cell) => typeof cell === 'number' && Number.isFinite(cell)).map(Number)
  const median = known.sort((a, b) => a - b)[known.length >> 1] ?? 0
  return Float64Array.from(cells, (cell) => (typeof cell === 'number' && Number.isFinite(cell) ? cell : median))
}
