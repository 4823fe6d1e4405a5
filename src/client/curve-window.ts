import { type CurveAxis, type CurveWindow, specialValues } from '../protocol/curves.ts'
import type { MetricPoint } from '../protocol/runs.ts'

export interface WindowRequest {
  readonly axis: CurveAxis
  /** In the unit of the axis; missing ends are those of the curve. */
  readonly from?: number
  readonly to?: number
  /** Up to twice as many points come as points. */
  readonly buckets: number
}

/**
 * A stretch of a curve from all its points, exact as the engine's: each bucket has the true first, last, least and
 * greatest value of the points it stands for.
 *
 * @param startTime of the run, in milliseconds since 1970
 */
export function cutWindow(
  points: readonly MetricPoint[],
  startTime: number,
  { axis, from = -Infinity, to = Infinity, buckets }: WindowRequest,
): CurveWindow {
  const placeOf = ({ step, timestamp }: MetricPoint) =>
    axis === 'step' ? step : axis === 'relative' ? timestamp - startTime : timestamp
  const inside = points
    .filter((point) => placeOf(point) >= from && placeOf(point) <= to)
    .toSorted((a, b) => placeOf(a) - placeOf(b) || a.step - b.step || a.timestamp - b.timestamp)
  const xs = inside.map(placeOf)
  if (inside.length <= 2 * buckets) {
    return {
      kind: 'points',
      xs: Float64Array.from(xs),
      values: Float64Array.from(inside, ({ value }) => value),
      ...(axis === 'step' ? {} : { steps: Float64Array.from(inside, ({ step }) => step) }),
    }
  }
  const [least, greatest] = [xs[0] ?? 0, xs.at(-1) ?? 0]
  const width = (greatest - least) / buckets || 1
  const parts = Map.groupBy(inside, (point) => Math.min(buckets - 1, Math.floor((placeOf(point) - least) / width)))
  const rows = [...parts.values()]
  const numbers = (of: (row: readonly MetricPoint[]) => number) => Float64Array.from(rows, of)
  const first = (row: readonly MetricPoint[]) => row[0] ?? { step: 0, timestamp: 0, value: Number.NaN }
  const last = (row: readonly MetricPoint[]) => row.at(-1) ?? first(row)
  return {
    kind: 'buckets',
    starts: numbers((row) => placeOf(first(row))),
    ends: numbers((row) => placeOf(last(row))),
    firsts: numbers((row) => first(row).value),
    lasts: numbers((row) => last(row).value),
    mins: numbers((row) => findExtreme(row, Math.min)),
    maxs: numbers((row) => findExtreme(row, Math.max)),
    specials: Uint8Array.from(rows, (row) => row.reduce((flags, { value }) => flags | flagOf(value), 0)),
  }
}

function findExtreme(row: readonly MetricPoint[], choose: (a: number, b: number) => number): number {
  const finite = row.flatMap(({ value }) => (Number.isFinite(value) ? [value] : []))
  return finite.length === 0 ? Number.NaN : finite.reduce((extreme, value) => choose(extreme, value))
}

function flagOf(value: number): number {
  if (Number.isNaN(value)) return specialValues.nan
  return value === Infinity ? specialValues.infinity : value === -Infinity ? specialValues.minusInfinity : 0
}
