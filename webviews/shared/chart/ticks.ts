import { toNumberText } from './number-text.ts'
import type { Range } from './scale.ts'

/** A mark on an axis; `label` is empty for a mark without text. */
export interface Tick {
  readonly value: number
  readonly label: string
}

/** The least of 1, 2 and 5 times a power of ten that divides the range into at most `maxCount` parts. */
export function niceStep({ min, max }: Range, maxCount: number): number {
  const rough = (max - min) / Math.max(1, maxCount)
  const power = 10 ** Math.floor(Math.log10(rough))
  const factor = [1, 2, 5].find((factor) => factor * power >= rough * (1 - 1e-9)) ?? 10
  return factor * power
}

/** Round values within a range, at most `maxCount + 1` of them. */
export function linearTicks(range: Range, maxCount: number): Tick[] {
  const step = niceStep(range, maxCount)
  if (!(step > 0) || !Number.isFinite(step)) return []
  const values = multiples(range, step)
  const greatest = Math.max(...values.map(Math.abs), 0)
  return values.map((value) => ({ value, label: labelOf(value, step, greatest) }))
}

/** Multiples of a step; each is computed from its own index, so that errors do not add up. */
export function multiples({ min, max }: Range, step: number): number[] {
  const first = Math.ceil(min / step - 1e-9)
  const last = Math.floor(max / step + 1e-9)
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => (first + index) * step || 0)
}

const thousands = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
] as const

/** All labels of an axis have the same number of decimals and the same unit. */
function labelOf(value: number, step: number, greatest: number): string {
  if (value === 0) return '0'
  if (greatest >= 1e15 || greatest < 1e-4) return toNumberText(value)
  const [unit, letter] = thousands.find(([unit]) => greatest >= unit && (unit > 1000 || greatest >= 1e4)) ?? [1, '']
  const decimals = Math.max(0, -Math.floor(Math.log10(step / unit) + 1e-9))
  return `${(value / unit).toFixed(Math.min(20, decimals)).replace(/^-/, '−')}${letter}`
}

/**
 * Powers of ten, with 2 and 5 between them where there is room, or round values where the range has no two of them.
 * @param range above 0
 */
export function logTicks(range: Range, maxCount: number): Tick[] {
  const decades = Math.log10(range.max / range.min)
  if (decades < 1) return linearTicks(range, maxCount)
  const every = Math.max(1, Math.ceil(decades / maxCount))
  const factors = decades * 3 <= maxCount ? [1, 2, 5] : [1]
  const ticks: Tick[] = []
  for (let exponent = Math.floor(Math.log10(range.min)); exponent <= Math.log10(range.max); exponent++) {
    if (exponent % every !== 0) continue
    for (const factor of factors) {
      // A text is read to the nearest double, which powers of ten below 1 are not by computing.
      const value = Number(`${factor}e${exponent}`)
      if (value >= range.min && value <= range.max) ticks.push({ value, label: logLabel(value) })
    }
  }
  return ticks
}

function logLabel(value: number): string {
  if (value < 1e-3 || value >= 1e7) return value.toExponential(0).replace('e+', 'e').replace('e-', 'e−')
  return value >= 1e4 ? labelOf(value, value, value) : String(value)
}
