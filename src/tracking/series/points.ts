/**
 * Points of one series as columns of equal length, sorted by step, then timestamp, then value with NaN greater than
 * any number, and without repeats: the order in which MLflow reads a history, and in which the last point is the latest.
 */
export interface Points {
  /** Integers within ±(2^53 − 1). */
  readonly steps: Float64Array
  /** Milliseconds since 1970-01-01 UTC. */
  readonly timestamps: Float64Array
  /** Any doubles. */
  readonly values: Float64Array
}

/** The place of a point in its series. */
export interface PointKey {
  readonly step: number
  readonly timestamp: number
  readonly value: number
}

export const noPoints: Points = createPoints(0)

export function createPoints(length: number): Points {
  return {
    steps: new Float64Array(length),
    timestamps: new Float64Array(length),
    values: new Float64Array(length),
  }
}

export function toPoints(rows: readonly PointKey[]): Points {
  const points = createPoints(rows.length)
  for (const [index, row] of rows.entries()) setPoint(points, index, row)
  return points
}

export function slicePoints({ steps, timestamps, values }: Points, start: number, end?: number): Points {
  return {
    steps: steps.subarray(start, end),
    timestamps: timestamps.subarray(start, end),
    values: values.subarray(start, end),
  }
}

/** @throws {RangeError} when there is no such point */
export function getPoint({ steps, timestamps, values }: Points, index: number): PointKey {
  const [step, timestamp, value] = [steps[index], timestamps[index], values[index]]
  if (step === undefined || timestamp === undefined || value === undefined) {
    throw new RangeError(`There is no point ${index} among ${steps.length}.`)
  }
  return { step, timestamp, value }
}

function setPoint({ steps, timestamps, values }: Points, index: number, point: PointKey): void {
  steps[index] = point.step
  timestamps[index] = point.timestamp
  values[index] = point.value
}

/** Below, above or equal to 0 as `a` comes before, after or is `b`. */
export function comparePoints(a: PointKey, b: PointKey): number {
  return a.step - b.step || a.timestamp - b.timestamp || compareValues(a.value, b.value)
}

function compareValues(a: number, b: number): number {
  // Not the difference: that of two infinities is NaN.
  if (a < b) return -1
  if (a > b) return 1
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b))
}

/** Joins runs of points that follow each other. */
export function concatPoints(parts: readonly Points[]): Points {
  const [only] = parts
  if (parts.length === 1 && only !== undefined) return only
  const joined = createPoints(parts.reduce((length, { steps }) => length + steps.length, 0))
  let offset = 0
  for (const { steps, timestamps, values } of parts) {
    joined.steps.set(steps, offset)
    joined.timestamps.set(timestamps, offset)
    joined.values.set(values, offset)
    offset += steps.length
  }
  return joined
}

/** All points of both, each once. */
export function mergePoints(a: Points, b: Points): Points {
  if (a.steps.length === 0) return b
  if (b.steps.length === 0) return a
  // As a rule one begins near the end of the other, and what comes before stays as it is.
  const untouched = findFirstFrom(a, getPoint(b, 0))
  if (untouched > 0) return concatPoints([slicePoints(a, 0, untouched), mergePoints(slicePoints(a, untouched), b)])
  const merged = createPoints(a.steps.length + b.steps.length)
  let [left, right, length] = [0, 0, 0]
  while (left < a.steps.length && right < b.steps.length) {
    const [one, other] = [getPoint(a, left), getPoint(b, right)]
    const order = comparePoints(one, other)
    setPoint(merged, length++, order <= 0 ? one : other)
    if (order <= 0) left += 1
    if (order >= 0) right += 1
  }
  for (; left < a.steps.length; left++) setPoint(merged, length++, getPoint(a, left))
  for (; right < b.steps.length; right++) setPoint(merged, length++, getPoint(b, right))
  return slicePoints(merged, 0, length)
}

/** The index of the first point that is not before `key`; the length when all are. */
export function findFirstFrom(points: Points, key: PointKey): number {
  let [low, high] = [0, points.steps.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (comparePoints(getPoint(points, middle), key) < 0) low = middle + 1
    else high = middle
  }
  return low
}
