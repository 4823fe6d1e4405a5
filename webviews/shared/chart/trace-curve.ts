import { type CurveStrip, findVisible } from './curve-strip.ts'
import type { Range, Scale } from './scale.ts'

/** What a line is drawn with; a canvas's path is one. */
export interface LinePath {
  moveTo(x: number, y: number): void
  lineTo(x: number, y: number): void
}

/** Canvases lose precision far outside of themselves. */
const farAway = 1e6
/** Device pixels: the four values of a narrower stretch lie in one column. */
const narrow = 1.5

/**
 * Draws a curve so that no spike is missing: of each stretch its first, least, greatest and last value, joined to its
 * neighbours. Values that are not finite, or that a logarithmic axis cannot show, break the line.
 *
 * @param dot called for a value with no neighbour to draw a line to
 * @see Jugel et al. 2014, "M4: a visualization-oriented time series data aggregation", PVLDB 7(10)
 */
export function traceCurve(
  path: LinePath,
  strip: CurveStrip,
  { x, y }: { x: Scale; y: Scale },
  dot: (x: number, y: number) => void,
): void {
  const { starts, ends, firsts, lasts, mins, maxs } = strip
  const { from, to } = findVisible(strip, x)
  let [penX, penY, isDown, isLone] = [0, 0, false, false]

  const lift = () => {
    if (isDown && isLone) dot(penX, penY)
    isDown = false
  }
  const goTo = (pixelX: number, pixelY: number) => {
    if (isDown) {
      if (pixelX === penX && pixelY === penY) return
      path.lineTo(pixelX, pixelY)
      isLone = false
    } else {
      path.moveTo(pixelX, pixelY)
      isDown = isLone = true
    }
    penX = pixelX
    penY = pixelY
  }
  const heightOf = (value: number) => Math.min(farAway, Math.max(-farAway, y.toPixel(value)))
  const go = (pixelX: number, value: number) => goTo(pixelX, heightOf(value))
  const isShown = (value: number) => Number.isFinite(value) && (!y.isLog || value > 0)

  for (let index = from; index < to; index++) {
    const start = starts[index] ?? 0
    const end = ends[index] ?? 0
    if (x.isLog && start <= 0) continue
    const [first, last] = [firsts[index] ?? Number.NaN, lasts[index] ?? Number.NaN]
    const startX = x.toPixel(start)
    if (start === end && first === last) {
      if (isShown(first)) go(startX, first)
      else lift()
      continue
    }
    const endX = x.toPixel(end)
    const middleX = (startX + endX) / 2
    const [max, min] = [maxs[index] ?? Number.NaN, mins[index] ?? Number.NaN]
    if (endX - startX < narrow && isShown(min) && isShown(first) && isShown(last)) {
      // A column is filled from its least to its greatest value, so where it is entered and left cannot be seen.
      const [top, bottom] = [heightOf(max), heightOf(min)]
      const isMaxNearer = isDown && Math.abs(top - penY) < Math.abs(bottom - penY)
      goTo(middleX, isMaxNearer ? top : bottom)
      goTo(middleX, isMaxNearer ? bottom : top)
      continue
    }
    if (isShown(first)) go(startX, first)
    else lift()
    // On a logarithmic axis the part of a stretch that is above zero begins somewhere below what can be seen.
    if (isShown(max)) {
      go(middleX, isShown(min) ? min : y.min)
      go(middleX, max)
    }
    if (isShown(last)) go(endX, last)
    else lift()
  }
  lift()
}

/** The least and greatest of what strips show in a window; undefined when they show nothing. */
export function findExtent(strips: readonly CurveStrip[], window: Range, isLog: boolean): Range | undefined {
  let [min, max] = [Infinity, -Infinity]
  for (const strip of strips) {
    const { from, to } = findVisible(strip, window)
    for (let index = from; index < to; index++) {
      const low = strip.mins[index] ?? Number.NaN
      const high = strip.maxs[index] ?? Number.NaN
      if (low < min && low > (isLog ? 0 : -Infinity)) min = low
      // The greatest value bounds the least one, where that one is not above zero.
      if (isLog && low <= 0 && high > 0 && high < min) min = high
      if (high > max && high < Infinity) max = high
    }
  }
  return min <= max ? { min, max } : undefined
}

/**
 * The range that leaves out the outermost hundredth at both ends, by stretches: from the 1st percentile of the least
 * values to the 99th of the greatest ones. Undefined when nothing is shown.
 */
export function findClippedExtent(strips: readonly CurveStrip[], window: Range, isLog: boolean): Range | undefined {
  const visible = strips.map((strip) => ({ strip, ...findVisible(strip, window) }))
  const size = visible.reduce((size, { from, to }) => size + to - from, 0)
  const [lows, highs] = [new Float64Array(size), new Float64Array(size)]
  let [lowCount, highCount] = [0, 0]
  const isShown = (value: number) => Number.isFinite(value) && (!isLog || value > 0)
  for (const { strip, from, to } of visible) {
    for (let index = from; index < to; index++) {
      const low = strip.mins[index] ?? Number.NaN
      const high = strip.maxs[index] ?? Number.NaN
      if (isShown(low)) lows[lowCount++] = low
      if (isShown(high)) highs[highCount++] = high
    }
  }
  const min = percentile(lows.subarray(0, lowCount), 0.01)
  const max = percentile(highs.subarray(0, highCount), 0.99)
  return min !== undefined && max !== undefined && min <= max ? { min, max } : undefined
}

/** The value at a share of the numbers in order, the nearest one; sorts them. */
function percentile(numbers: Float64Array, share: number): number | undefined {
  return numbers.sort()[Math.round(share * (numbers.length - 1))]
}
