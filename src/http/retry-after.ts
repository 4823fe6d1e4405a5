/**
 * The wait that a `Retry-After` asks for: seconds, or a date.
 *
 * @returns milliseconds; 0 where there is none
 */
export function parseRetryAfter(text: string | undefined, nowMs: number): number {
  if (text === undefined) return 0
  if (/^\d+$/.test(text.trim())) return Number(text) * 1000
  const moment = Date.parse(text)
  return Number.isNaN(moment) ? 0 : Math.max(0, moment - nowMs)
}
