import { formatMeasure, type MeasureName, measures } from '../../src/protocol/measures.ts'
import type { PageFigure } from '../../src/protocol/compression-page-messages.ts'
import { createScale, padRange, type Range, type Scale } from '../shared/chart/scale.ts'
import { toNumberText } from '../shared/chart/number-text.ts'
import { linearTicks, logTicks } from '../shared/chart/ticks.ts'

/** A mark on an axis, with its unit. */
export interface AxisTick {
  readonly at: number
  readonly label: string
}

export interface Axis {
  readonly scale: Scale
  readonly ticks: readonly AxisTick[]
}

/** Beyond that ratio of the largest to the least, differences of small ones are not seen on a linear axis. */
const logRatio = 12

/** @param start, end where values lie, in pixels; see `createScale` */
export function createAxis(measure: MeasureName, values: readonly number[], start: number, end: number): Axis {
  const found = { min: Math.min(...values), max: Math.max(...values) }
  const isLog = found.min > 0 && found.max / found.min > logRatio
  const scale = createScale(values.length === 0 ? { min: 0, max: 1 } : padded(measure, found, isLog), isLog, start, end)
  const maxTicks = Math.max(2, Math.floor(Math.abs(end - start) / 90))
  const { unit, name } = unitOf(measure, scale)
  const range = { min: scale.min / unit, max: scale.max / unit }
  const ticks = isLog ? logTicks(range, maxTicks) : linearTicks(range, maxTicks)
  return {
    scale,
    ticks: ticks.map(({ value }) => ({
      at: scale.toPixel(value * unit),
      label: name === undefined ? formatMeasure(measure, value).replace(/^-/, '−') : `${toNumberText(value)} ${name}`,
    })),
  }
}

/** Shares that are all alike differ by parts of a hundred, if at all. */
function padded(measure: MeasureName, found: Range, isLog: boolean): Range {
  if (measures[measure].unit === 'share' && found.min === found.max) {
    return { min: found.min - 0.01, max: found.max + 0.01 }
  }
  return padRange(found, isLog, 0.08)
}

const sizeNames = ['B', 'KiB', 'MiB', 'GiB', 'TiB']

/** Sizes are told in powers of 1,024, so round ones are such, all of an axis in the same one. */
function unitOf(measure: MeasureName, { max }: Range): { readonly unit: number; readonly name: string | undefined } {
  if (measures[measure].unit !== 'size') return { unit: 1, name: undefined }
  const power = max < 1 ? 0 : Math.min(sizeNames.length - 1, Math.floor(Math.log(max) / Math.log(1024)))
  return { unit: 1024 ** power, name: sizeNames[power] }
}

/** Where a model is: what it has of a measure. */
export function findFigure(figures: readonly PageFigure[], measure: MeasureName): PageFigure | undefined {
  return figures.find((figure) => figure.measure === measure)
}

interface Place {
  readonly x: number
  readonly y: number
}

/** The models that none is better than in both of two measures, from the best of the first to the best of the second. */
export function findFront<P extends Place>(places: readonly P[], x: MeasureName, y: MeasureName): readonly P[] {
  const cost = (measure: MeasureName, value: number) => (measures[measure].better === 'less' ? value : -value)
  const costs = (place: P) => [cost(x, place.x), cost(y, place.y)] as const
  const ordered = places.toSorted((a, b) => costs(a)[0] - costs(b)[0] || costs(a)[1] - costs(b)[1])
  let best = Infinity
  return ordered.filter((place) => {
    const [, second] = costs(place)
    const isBetter = second < best
    best = Math.min(best, second)
    return isBetter
  })
}

/** Reach of a mark, in CSS pixels. */
const markReach = 7

/**
 * Texts that lie neither on each other nor on a mark, the first ones first. The very first is kept whatever it lies on.
 *
 * @param marks middles of all marks
 */
export function withoutOverlaps<L extends Place & { readonly text: string }>(
  labels: readonly L[],
  marks: readonly Place[],
): readonly L[] {
  const kept: L[] = []
  const widthOf = ({ text }: L) => text.length * 7 + 8
  for (const label of labels) {
    const lies = (other: L) =>
      Math.abs(other.y - label.y) < 15 && label.x < other.x + widthOf(other) && other.x < label.x + widthOf(label)
    const hides = ({ x, y }: Place) =>
      Math.abs(y - label.y) < markReach + 6 && x > label.x - markReach && x < label.x + widthOf(label)
    if (kept.length === 0 || !(kept.some(lies) || marks.some(hides))) kept.push(label)
  }
  return kept
}
