import type { Range } from './scale.ts'
import { multiples, niceStep, type Tick } from './ticks.ts'

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** What people count time in, in milliseconds. */
const steps = [
  1,
  2,
  5,
  10,
  20,
  50,
  100,
  200,
  500,
  ...[1, 2, 5, 10, 15, 30].map((count) => count * second),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * minute),
  ...[1, 2, 3, 6, 12].map((count) => count * hour),
  ...[1, 2, 7, 14].map((count) => count * day),
]

function timeStep(range: Range, maxCount: number): number {
  const rough = (range.max - range.min) / Math.max(1, maxCount)
  return steps.find((step) => step >= rough) ?? Math.ceil(niceStep(range, maxCount) / day) * day
}

/** Ticks of a time that has passed. @param range in milliseconds */
export function durationTicks(range: Range, maxCount: number): Tick[] {
  return multiples(range, timeStep(range, maxCount)).map((value) => ({ value, label: toDurationText(value) }))
}

/** The two largest units that matter: `350 ms`, `1.5 s`, `2m 30s`, `3h`, `2d 4h`. */
export function toDurationText(milliseconds: number): string {
  const size = Math.abs(milliseconds)
  const sign = milliseconds < 0 ? '−' : ''
  if (size === 0) return '0'
  if (size < second) return `${sign}${Number(size.toFixed(size < 10 ? 1 : 0))} ms`
  if (size < 10 * second) return `${sign}${Number((size / second).toFixed(2))} s`
  if (size < minute) return `${sign}${Number((size / second).toFixed(1))} s`
  if (size < hour) return sign + twoUnits(size, minute, 'm', second, 's')
  return sign + (size < day ? twoUnits(size, hour, 'h', minute, 'm') : twoUnits(size, day, 'd', hour, 'h'))
}

function twoUnits(size: number, large: number, largeName: string, small: number, smallName: string): string {
  const smalls = Math.round(size / small)
  const perLarge = large / small
  const rest = smalls % perLarge
  return `${Math.floor(smalls / perLarge)}${largeName}${rest === 0 ? '' : ` ${rest}${smallName}`}`
}

/** How far the clock on the wall is ahead of UTC at a moment, in milliseconds. */
export type ClockOffset = (moment: number) => number

/** The clock of this machine. */
export const localClock: ClockOffset = (moment) => -new Date(moment).getTimezoneOffset() * minute

/** Ticks at round times of the clock on the wall; midnight shows the date. @param range since 1970, milliseconds */
export function clockTicks(range: Range, maxCount: number, offsetAt: ClockOffset): Tick[] {
  const step = timeStep(range, maxCount)
  const offset = offsetAt(range.min)
  return multiples({ min: range.min + offset, max: range.max + offset }, step).map((local) => ({
    value: local - offset,
    label: local % day === 0 ? dateText(local) : timeText(local, step),
  }))
}

/** `2026-03-09 14:05:30` by the clock on the wall. */
export function toClockText(moment: number, offsetAt: ClockOffset): string {
  return new Date(moment + offsetAt(moment)).toISOString().slice(0, 19).replace('T', ' ')
}

function dateText(local: number): string {
  return new Date(local).toISOString().slice(5, 10)
}

function timeText(local: number, step: number): string {
  const text = new Date(local).toISOString()
  if (step < second) return text.slice(14, 23)
  return step < minute ? text.slice(11, 19) : text.slice(11, 16)
}
