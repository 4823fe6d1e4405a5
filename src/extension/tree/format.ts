const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/** How long ago, short enough for a list: `now`, `4m`, `3h`, `12d`, then the date. */
export function formatAge(startTime: number, now: number): string {
  const ageMs = now - startTime
  if (ageMs < minuteMs) return 'now'
  if (ageMs < hourMs) return `${Math.floor(ageMs / minuteMs)}m`
  if (ageMs < dayMs) return `${Math.floor(ageMs / hourMs)}h`
  if (ageMs < 30 * dayMs) return `${Math.floor(ageMs / dayMs)}d`
  return new Date(startTime).toISOString().slice(0, 10)
}

/** How long ago, in words for a screen reader. */
export function formatSpokenAge(startTime: number, now: number): string {
  const ageMs = now - startTime
  if (ageMs < minuteMs) return 'started just now'
  if (ageMs >= 30 * dayMs) return `started on ${new Date(startTime).toISOString().slice(0, 10)}`
  const [count, unit] =
    ageMs < hourMs
      ? [Math.floor(ageMs / minuteMs), 'minute']
      : ageMs < dayMs
        ? [Math.floor(ageMs / hourMs), 'hour']
        : [Math.floor(ageMs / dayMs), 'day']
  return `started ${count} ${unit}${count === 1 ? '' : 's'} ago`
}

/** A duration as its two largest units: `850ms`, `42s`, `3m 20s`, `5h 12m`. */
export function formatDuration(durationMs: number): string {
  if (durationMs < 1000) return `${Math.max(0, Math.round(durationMs))}ms`
  const seconds = Math.floor(durationMs / 1000)
  if (seconds < 60) return `${seconds}s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${seconds % 60}s`
  return `${Math.floor(seconds / 3600)}h ${Math.floor((seconds % 3600) / 60)}m`
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

/** `10,000` whatever the machine's locale; `200+` for what is known to be at least so many. */
export function formatCount(count: number, isAtLeast = false): string {
  return `${count.toLocaleString('en-US')}${isAtLeast ? '+' : ''}`
}

export function formatCounted(count: number, noun: string, isAtLeast = false): string {
  return `${formatCount(count, isAtLeast)} ${noun}${count === 1 && !isAtLeast ? '' : 's'}`
}
