import { toNumberText } from '../../shared/chart/number-text.ts'
import { padRange, createScale } from '../../shared/chart/scale.ts'
import { linearTicks, logTicks, type Tick } from '../../shared/chart/ticks.ts'
import { durationTicks, toDurationText } from '../../shared/chart/time-ticks.ts'

type Cell = string | number | undefined

/** Where the values of a column stand on an axis: numbers by size, texts each at a place of its own. */
export interface ColumnScale {
  readonly isLog: boolean
  /** Pixels; undefined for a value that has no place. */
  place(value: Cell): number | undefined
  /** From 0 for the least to 1 for the greatest, to colour by; undefined for a value that has no place. */
  share(value: Cell): number | undefined
  readonly ticks: readonly { readonly pixel: number; readonly label: string }[]
  /** The least and the greatest value, as they are read. */
  readonly ends: readonly [least: string, greatest: string]
}

export interface ColumnScaleOptions {
  readonly isLog: boolean
  /** The numbers are milliseconds. */
  readonly isDuration?: boolean
  readonly start: number
  readonly end: number
  readonly maxTicks: number
}

/** A column is one of numbers when most of what it holds are numbers. */
export function createColumnScale(values: readonly Cell[], options: ColumnScaleOptions): ColumnScale {
  const numbers = values.filter((value) => typeof value === 'number' && Number.isFinite(value))
  const texts = values.filter((value) => typeof value === 'string')
  return numbers.length >= texts.length ? createNumberScale(numbers, options) : createTextScale(texts, options)
}

function createNumberScale(values: readonly Cell[], options: ColumnScaleOptions): ColumnScale {
  const { isLog, start, end, maxTicks } = options
  let [min, max] = [Infinity, -Infinity]
  for (const value of values) {
    if (typeof value !== 'number' || (isLog && value <= 0)) continue
    if (value < min) min = value
    if (value > max) max = value
  }
  const found = min <= max ? { min, max } : { min: isLog ? 1 : 0, max: isLog ? 10 : 1 }
  const scale = createScale(padRange(found, isLog, 0.04), isLog, start, end)
  const place = (value: Cell) => {
    const pixel = typeof value === 'number' ? scale.toPixel(value) : Number.NaN
    return Number.isFinite(pixel) ? pixel : undefined
  }
  const ticks: Tick[] = isLog
    ? logTicks(scale, maxTicks)
    : options.isDuration === true
      ? durationTicks(scale, maxTicks)
      : linearTicks(scale, maxTicks)
  const toEnd = (value: number) => (options.isDuration === true ? toDurationText(value) : toNumberText(value))
  return {
    isLog,
    place,
    share(value) {
      const pixel = place(value)
      return pixel === undefined ? undefined : Math.min(1, Math.max(0, (pixel - start) / (end - start)))
    },
    ticks: ticks.map(({ value, label }) => ({ pixel: scale.toPixel(value), label })),
    ends: [toEnd(found.min), toEnd(found.max)],
  }
}

function createTextScale(values: readonly Cell[], { start, end, maxTicks }: ColumnScaleOptions): ColumnScale {
  const names = [...new Set(values.map(String))].sort()
  const places = new Map(names.map((name, index) => [name, (index + 0.5) / names.length]))
  const share = (value: Cell) => (value === undefined ? undefined : places.get(String(value)))
  const toPixel = (share: number) => start + (end - start) * share
  const every = Math.ceil(names.length / Math.max(1, maxTicks))
  return {
    isLog: false,
    ends: [names[0] ?? '', names.at(-1) ?? ''],
    share,
    place(value) {
      const found = share(value)
      return found === undefined ? undefined : toPixel(found)
    },
    ticks: Array.from(places)
      .filter((_, index) => index % every === 0)
      .map(([label, share]) => ({ pixel: toPixel(share), label })),
  }
}

/** Whether a logarithmic axis can show all numbers of a column. */
export function isPositive(values: readonly Cell[]): boolean {
  const numbers = values.filter((value) => typeof value === 'number')
  return numbers.length > 0 && numbers.every((value) => value > 0)
}

/**
 * A colour from the least (0) to the greatest (1) value, of equal steps to the eye.
 *
 * @see Smith and van der Walt 2015, matplotlib's "viridis", at nine places
 */
export function toRampColor(share: number): string {
  const place = Math.min(1, Math.max(0, share)) * (viridis.length - 1)
  const low = viridis[Math.floor(place)] ?? [0, 0, 0]
  const high = viridis[Math.ceil(place)] ?? low
  const mix = (index: 0 | 1 | 2) => Math.round(low[index] + (high[index] - low[index]) * (place % 1))
  return `rgb(${mix(0)}, ${mix(1)}, ${mix(2)})`
}

const viridis: readonly (readonly [number, number, number])[] = [
  [68, 1, 84],
  [71, 45, 123],
  [59, 82, 139],
  [44, 114, 142],
  [33, 145, 140],
  [40, 174, 128],
  [94, 201, 98],
  [173, 220, 48],
  [253, 231, 37],
]
