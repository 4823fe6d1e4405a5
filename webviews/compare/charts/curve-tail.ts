import { countBelow, type CurveStrip, cutStrip, joinStrips } from '../../shared/chart/curve-strip.ts'

/**
 * From where on curves have to be read again to have what was logged since: where the last stretch of the shortest one
 * begins, and no stretch of another one is cut in two. Undefined where one of them is empty.
 */
export function findTailStart(strips: readonly CurveStrip[]): number | undefined {
  let from = Infinity
  for (const { starts } of strips) from = Math.min(from, starts.at(-1) ?? -Infinity)
  for (let isMoved = true; isMoved && Number.isFinite(from);) {
    isMoved = false
    for (const { starts, ends } of strips) {
      const index = countBelow(starts, from) - 1
      const start = starts[index]
      if (start === undefined || (ends[index] ?? start) < from) continue
      from = start
      isMoved = true
    }
  }
  return Number.isFinite(from) ? from : undefined
}

/** A curve with all from a place on replaced by what was read of it since. */
export function replaceTail(strip: CurveStrip, tail: CurveStrip, from: number): CurveStrip {
  return joinStrips([cutStrip(strip, 0, countBelow(strip.starts, from)), tail])
}
