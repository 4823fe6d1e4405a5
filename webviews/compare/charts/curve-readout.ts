import { findNearest, representative } from '../../shared/chart/curve-strip.ts'
import type { CurveLine } from './curve-line.ts'

/** What a curve holds at a place of the x axis. */
export interface Reading {
  readonly line: CurveLine
  /** Where the nearest stretch begins. */
  readonly x: number
  readonly value: number
}

/**
 * The values of curves at a place, the greatest first; values that are no numbers come last.
 *
 * @param tolerance how far beyond a curve's ends it is still read, in the unit of the axis
 */
export function readAt(lines: readonly CurveLine[], x: number, tolerance: number): Reading[] {
  const readings = lines.flatMap((line) => {
    const { starts, ends, firsts } = line.strip
    const index = findNearest(line.strip, x)
    if (index < 0 || x < (starts[0] ?? x) - tolerance || x > (ends.at(-1) ?? x) + tolerance) return []
    const first = firsts[index] ?? Number.NaN
    const value = line.strip.isExact || Number.isFinite(first) ? first : representative(line.strip, index)
    return [{ line, x: starts[index] ?? x, value }]
  })
  const rank = (value: number) => (Number.isNaN(value) ? -Infinity : value)
  return readings.sort((a, b) => (rank(a.value) === rank(b.value) ? 0 : rank(b.value) - rank(a.value)))
}

/** The curve with the most stretches: the crosshair moves along it. */
export function findLongest(lines: readonly CurveLine[]): CurveLine | undefined {
  return lines.reduce<CurveLine | undefined>(
    (longest, line) =>
      longest === undefined || line.strip.starts.length > longest.strip.starts.length ? line : longest,
    undefined,
  )
}

/** Where the crosshair stands when it is moved to `x`: at the stretch of the longest curve that is nearest to it. */
export function snap(lines: readonly CurveLine[], x: number): number | undefined {
  const longest = findLongest(lines)
  return longest === undefined ? undefined : longest.strip.starts[findNearest(longest.strip, x)]
}

/** The place some stretches further along the longest curve; from nowhere, its end. */
export function step(lines: readonly CurveLine[], x: number | undefined, by: number): number | undefined {
  const longest = findLongest(lines)
  if (longest === undefined) return undefined
  const { starts } = longest.strip
  const index = x === undefined ? starts.length - 1 : findNearest(longest.strip, x) + by
  return starts[Math.max(0, Math.min(starts.length - 1, index))]
}
