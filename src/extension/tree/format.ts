import { languages } from '../../base/languages.ts'
import { currentLanguage, localize } from '../localize.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/** How long ago, short enough for a list: `now`, `4m`, `3h`, `12d`, then the date. */
export function formatAge(startTime: number, now: number): string {
  const ageMs = now - startTime
  if (ageMs < minuteMs) return localize('now')
  if (ageMs < hourMs) return localize('{count}m', { count: Math.floor(ageMs / minuteMs) })
  if (ageMs < dayMs) return localize('{count}h', { count: Math.floor(ageMs / hourMs) })
  if (ageMs < 30 * dayMs) return localize('{count}d', { count: Math.floor(ageMs / dayMs) })
  return new Date(startTime).toISOString().slice(0, 10)
}

/** How long ago, in words for a screen reader. */
export function formatSpokenAge(startTime: number, now: number): string {
  const ageMs = now - startTime
  if (ageMs < minuteMs) return localize('started just now')
  if (ageMs >= 30 * dayMs)
    return localize('started on {date}', { date: new Date(startTime).toISOString().slice(0, 10) })
  const countOf = (unitMs: number) => ({ count: Math.floor(ageMs / unitMs) })
  if (ageMs < hourMs) {
    return localize('started {count, plural, one {# minute} other {# minutes}} ago', countOf(minuteMs))
  }
  if (ageMs < dayMs) return localize('started {count, plural, one {# hour} other {# hours}} ago', countOf(hourMs))
  return localize('started {count, plural, one {# day} other {# days}} ago', countOf(dayMs))
}

/** A duration as its two largest units: `850ms`, `42s`, `3m 20s`, `5h 12m`. */
export function formatDuration(durationMs: number): string {
  if (durationMs < 1000) return localize('{milliseconds}ms', { milliseconds: Math.max(0, Math.round(durationMs)) })
  const seconds = Math.floor(durationMs / 1000)
  const minutes = Math.floor(seconds / 60)
  if (minutes === 0) return localize('{seconds}s', { seconds })
  if (minutes < 60) return localize('{minutes}m {seconds}s', { minutes, seconds: seconds % 60 })
  return localize('{hours}h {minutes}m', { hours: Math.floor(minutes / 60), minutes: minutes % 60 })
}

/** Four significant digits without trailing zeros; integers below a million whole; exponents beyond. */
export function formatMetricValue(value: number | string): string {
  if (typeof value === 'string' || !Number.isFinite(value)) return String(value)
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return String(value)
  const magnitude = Math.abs(value)
  if (magnitude >= 1e6 || magnitude < 1e-4) return value.toExponential(3).replace(/\.?0+e/, 'e')
  return String(Number(value.toPrecision(4)))
}

/** 1,024 bytes to the KB, as file explorers count. */
export function formatSize(sizeBytes: number): string {
  if (sizeBytes < 1024) return `${sizeBytes} B`
  const units = ['KB', 'MB', 'GB', 'TB'] as const
  const power = Math.min(units.length, Math.floor(Math.log2(sizeBytes) / 10))
  return `${Number((sizeBytes / 1024 ** power).toPrecision(3))} ${units[power - 1] ?? 'TB'}`
}

/** `10,000` in the editor's language, whatever the machine's; `200+` for what is known to be at least so many. */
export function formatCount(count: number, isAtLeast = false): string {
  return `${count.toLocaleString(languages[currentLanguage()].locale)}${isAtLeast ? '+' : ''}`
}

export function countRuns(count: number, isAtLeast = false): string {
  if (isAtLeast) return localize('{count}+ runs', { count })
  return localize('{count, plural, one {# run} other {# runs}}', { count })
}
