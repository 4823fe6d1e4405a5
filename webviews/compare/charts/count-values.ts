import type { CurveStrip } from '../../shared/chart/curve-strip.ts'
import type { Range } from '../../shared/chart/scale.ts'
import { valueAt } from './group-curves.ts'

/** How many curves have which value where. */
export interface ValueCounts {
  readonly columns: number
  readonly rows: number
  readonly x: Range
  readonly y: Range
  /** Column by column from the left, each from the least value up. */
  readonly counts: Uint32Array
  /** Of all. */
  readonly greatest: number
}

/**
 * Counts curves by their value in the middle of each of some stretches of the x axis; between two points of a curve its
 * value lies on the straight line. The rows are stretches of equal width from the least to the greatest value found.
 * Undefined where no curve has a finite value.
 */
export function countValues(
  strips: readonly CurveStrip[],
  x: Range,
  columns: number,
  rows: number,
): ValueCounts | undefined {
  const middleOf = (column: number) => x.min + ((column + 0.5) / columns) * (x.max - x.min)
  const values = Array.from({ length: columns }, (_, column) =>
    strips.map((strip) => valueAt(strip, middleOf(column))).filter((value) => Number.isFinite(value)),
  )
  let [min, max] = [Infinity, -Infinity]
  for (const value of values.flat()) {
    if (value < min) min = value
    if (value > max) max = value
  }
  if (min > max) return undefined
  const room = min === max ? Math.abs(min) * 0.1 || 1 : 0
  const y = { min: min - room, max: max + room }
  const counts = new Uint32Array(columns * rows)
  let greatest = 0
  for (const [column, list] of values.entries()) {
    for (const value of list) {
      const row = Math.min(rows - 1, Math.floor(((value - y.min) / (y.max - y.min)) * rows))
      const count = (counts[column * rows + row] ?? 0) + 1
      counts[column * rows + row] = count
      if (count > greatest) greatest = count
    }
  }
  return { columns, rows, x, y, counts, greatest }
}
