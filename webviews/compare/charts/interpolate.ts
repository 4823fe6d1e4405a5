/** A value at a place, in any unit that is the same along both axes. */
export interface PlacedValue {
  readonly x: number
  readonly y: number
  readonly value: number
}

/**
 * The value between scattered ones: their mean, weighted by the inverse square of their distances; at one of them its
 * own. NaN where there are none.
 *
 * @see Shepard 1968, "A two-dimensional interpolation function for irregularly-spaced data", equation 1 with u = 2
 */
export function interpolate(points: readonly PlacedValue[], x: number, y: number): number {
  let [sum, weights] = [0, 0]
  for (const point of points) {
    const square = (point.x - x) ** 2 + (point.y - y) ** 2
    if (square < 1e-9) return point.value
    sum += point.value / square
    weights += 1 / square
  }
  return sum / weights
}

/**
 * The corners of the smallest convex polygon around points, counterclockwise where y points up; fewer than three where
 * they lie on a line.
 *
 * @see Andrew 1979, "Another efficient algorithm for convex hulls in two dimensions"
 */
export function findHull<Point extends { readonly x: number; readonly y: number }>(points: readonly Point[]): Point[] {
  const sorted = points.toSorted((a, b) => a.x - b.x || a.y - b.y)
  const half = (order: readonly Point[]): Point[] => {
    const chain: Point[] = []
    for (const point of order) {
      while (chain.length > 1 && !turnsLeft(chain.at(-2), chain.at(-1), point)) chain.pop()
      chain.push(point)
    }
    return chain.slice(0, -1)
  }
  return [...half(sorted), ...half(sorted.toReversed())]
}

type Place = { readonly x: number; readonly y: number }

function turnsLeft(from: Place | undefined, over: Place | undefined, to: Place): boolean {
  if (from === undefined || over === undefined) return true
  return (over.x - from.x) * (to.y - from.y) - (over.y - from.y) * (to.x - from.x) > 0
}
