/** @returns milliseconds since 1970-01-01 UTC; undefined for what is no date, and where a server has told none */
export function parseDate(text: unknown): number | undefined {
  const moment = typeof text === 'string' ? Date.parse(text) : Number.NaN
  return Number.isNaN(moment) ? undefined : moment
}
