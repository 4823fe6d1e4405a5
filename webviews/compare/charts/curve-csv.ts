import type { CurveLine } from './curve-line.ts'

/**
 * The data of a chart as it is drawn, a row for each stretch. A stretch of one point has the same start and end, and
 * four equal values.
 */
export function toCurveCsv(lines: readonly CurveLine[]): string {
  const rows = lines.flatMap(({ run, key, strip }) =>
    Array.from(strip.starts, (start, index) => [
      run.runId,
      run.name,
      key,
      start,
      strip.ends[index] ?? '',
      strip.firsts[index] ?? '',
      strip.lasts[index] ?? '',
      strip.mins[index] ?? '',
      strip.maxs[index] ?? '',
    ]),
  )
  return toCsv([['run_id', 'run', 'metric', 'start', 'end', 'first', 'last', 'min', 'max'], ...rows])
}

/** @see RFC 4180; a text that a spreadsheet would take for a formula is kept from it by an apostrophe */
export function toCsv(rows: readonly (readonly (string | number)[])[]): string {
  return rows.map((row) => `${row.map(toField).join(',')}\r\n`).join('')
}

function toField(value: string | number): string {
  if (typeof value === 'number') return String(value)
  const plain = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain
}
