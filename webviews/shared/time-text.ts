import { formatExactNumber } from './exact-number.ts'
import { text } from './texts.ts'

const secondMs = 1000
const minuteMs = 60 * secondMs
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/** How long ago: `now`, `4 min`, `3 h`, `12 d`, then the date. */
export function formatAge(time: number, now: number): string {
  const ageMs = now - time
  if (ageMs < minuteMs) return text('runs.age.now')
  if (ageMs < hourMs) return text('runs.age.minutes', { count: Math.floor(ageMs / minuteMs) })
  if (ageMs < dayMs) return text('runs.age.hours', { count: Math.floor(ageMs / hourMs) })
  if (ageMs < 30 * dayMs) return text('runs.age.days', { count: Math.floor(ageMs / dayMs) })
  return formatTime(time).slice(0, 10)
}

/** Local time to the second: `2026-03-01 09:05:59`. */
export function formatTime(time: number): string {
  const date = new Date(time)
  if (Number.isNaN(date.getTime())) return formatExactNumber(time)
  return new Date(time - date.getTimezoneOffset() * minuteMs).toISOString().slice(0, 19).replace('T', ' ')
}

/** A duration as its two largest units: `850 ms`, `42.5 s`, `3 min 20 s`, `5 h 12 min`, `3 d 4 h`. */
export function formatDuration(durationMs: number): string {
  if (!Number.isFinite(durationMs)) return formatExactNumber(durationMs)
  if (durationMs < secondMs) return text('runs.duration.ms', { count: Math.round(durationMs) })
  if (durationMs < minuteMs) return text('runs.duration.s', { count: Math.floor(durationMs / 100) / 10 })
  const units = [
    ['min', minuteMs, 's', secondMs],
    ['h', hourMs, 'min', minuteMs],
    ['d', dayMs, 'h', hourMs],
  ] as const
  const [large, largeMs, small, smallMs] = units.findLast(([, sizeMs]) => durationMs >= sizeMs) ?? units[0]
  const larges = text(`runs.duration.${large}`, { count: Math.floor(durationMs / largeMs) })
  return `${larges} ${text(`runs.duration.${small}`, { count: Math.floor((durationMs % largeMs) / smallMs) })}`
}
