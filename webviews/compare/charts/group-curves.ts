import type { CurveGroup } from '../../../src/protocol/saved-view.ts'
import { countBelow, type CurveStrip, representative } from '../../shared/chart/curve-strip.ts'
import type { Range } from '../../shared/chart/scale.ts'
import type { CurveLine } from './curve-line.ts'

/** As many places as a drawing has pixels, more or less; fewer where curves have fewer points. */
const maxPlaces = 512

export interface RunGroup {
  readonly name: string
  readonly color: string
}

/**
 * A line for the mean of each group and metric, with a band around it.
 *
 * Curves are brought to common places of the x axis first: all of their points, where those are at most 512 different
 * ones, else the middles of 512 stretches of equal width. A curve's value at a place lies on the straight line between
 * its two nearest stretches, which are the engine's buckets where a curve is too long for its points; before its first
 * and after its last one it has none and does not count. The band spans the least and the greatest value, by the true
 * extremes of all stretches around the place, or one standard deviation of the population to both sides.
 *
 * @param groupOf undefined for a run that is in no group
 * @param window the stretch of the axis that is wanted
 */
export function groupCurves(
  lines: readonly CurveLine[],
  groupOf: (line: CurveLine) => RunGroup | undefined,
  band: CurveGroup['band'],
  window: Range,
): CurveLine[] {
  const groups = new Map<string, { group: RunGroup; key: string; members: CurveLine[] }>()
  for (const line of lines) {
    const group = groupOf(line)
    if (group === undefined) continue
    const id = JSON.stringify([group.name, line.key])
    const known = groups.get(id) ?? { group, key: line.key, members: [] }
    known.members.push(line)
    groups.set(id, known)
  }
  return Array.from(groups.values()).flatMap(({ group, members }) => {
    const [first] = members
    if (first === undefined) return []
    const strips = members.map(({ strip }) => strip)
    const { mean, spread } = averageStrips(strips, band, window)
    const run = { ...first.run, ...group }
    const runIds = new Set(members.map(({ run }) => run.runId))
    return [{ ...first, run, strip: mean, band: spread, members: runIds }]
  })
}

function averageStrips(strips: readonly CurveStrip[], band: CurveGroup['band'], window: Range) {
  const places = findPlaces(strips, window)
  const half = places.length < 2 ? 0 : ((places.at(-1) ?? 0) - (places[0] ?? 0)) / (places.length - 1) / 2
  const count = places.length
  const [means, lows, highs] = [new Float64Array(count), new Float64Array(count), new Float64Array(count)]
  for (const [index, x] of places.entries()) {
    const values = strips.map((strip) => valueAt(strip, x)).filter((value) => Number.isFinite(value))
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    means[index] = mean
    if (band === 'range') {
      const from = index === 0 ? x : Math.max(x - half, places[index - 1] ?? x)
      const to = index === count - 1 ? x : Math.min(x + half, places[index + 1] ?? x)
      const extremes = strips.map((strip) => extremesOf(strip, from, to))
      lows[index] = Math.min(...values, ...extremes.map(({ min }) => min))
      highs[index] = Math.max(...values, ...extremes.map(({ max }) => max))
    } else {
      const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
      lows[index] = mean - deviation
      highs[index] = mean + deviation
    }
    if (values.length === 0) lows[index] = highs[index] = Number.NaN
  }
  const specials = new Uint8Array(count)
  const common = { starts: places, ends: places, firsts: means, lasts: means, specials, isExact: true }
  return { mean: { ...common, mins: means, maxs: means }, spread: { ...common, mins: lows, maxs: highs } }
}

function findPlaces(strips: readonly CurveStrip[], { min, max }: Range): Float64Array {
  const places = new Set<number>()
  for (const { starts } of strips) {
    for (let index = 0; index < starts.length && places.size <= maxPlaces; index++) places.add(starts[index] ?? 0)
  }
  if (places.size <= maxPlaces && strips.every(({ isExact }) => isExact)) return Float64Array.from(places).sort()
  return Float64Array.from({ length: maxPlaces }, (_, index) => min + ((index + 0.5) / maxPlaces) * (max - min))
}

/** NaN where a curve has no value. */
export function valueAt(strip: CurveStrip, x: number): number {
  const { starts, ends } = strip
  const after = countBelow(starts, x)
  if (starts[after] === x) return representative(strip, after)
  if (after === 0) return Number.NaN
  const before = after - 1
  const end = ends[before] ?? x
  if (x <= end) return representative(strip, before)
  if (after === starts.length) return Number.NaN
  const share = (x - end) / ((starts[after] ?? x) - end)
  const [from, to] = [representative(strip, before), representative(strip, after)]
  return from + (to - from) * share
}

/** Of the stretches that lie in part between two places; infinite where there is none. */
function extremesOf({ starts, ends, mins, maxs }: CurveStrip, from: number, to: number): Range {
  let [min, max] = [Infinity, -Infinity]
  for (let index = Math.max(0, countBelow(starts, from) - 1); (starts[index] ?? Infinity) <= to; index++) {
    if ((ends[index] ?? 0) < from) continue
    const [low, high] = [mins[index] ?? Number.NaN, maxs[index] ?? Number.NaN]
    if (low < min) min = low
    if (high > max) max = high
  }
  return { min, max }
}
