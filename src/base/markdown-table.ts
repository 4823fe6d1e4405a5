/** A table in Markdown. What comes from runs stays in its cell, whatever characters it holds. */
export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(toCell).join(' | ')} |\n`
  return line(header) + `|${header.map(() => '---|').join('')}\n` + rows.map(line).join('')
}

/** Characters of a cell at most: a param may hold 6,000. */
const maxCellLength = 200

function toCell(text: string): string {
  const cut = text.length > maxCellLength ? `${text.slice(0, maxCellLength)}…` : text
  return cut.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').replaceAll(/[\\|]/g, String.raw`\$&`)
}

/** At most six significant digits. */
export function formatValue(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(6))) : String(value)
}

/** Milliseconds since 1970-01-01 UTC as `2026-11-24 12:00:00`, in UTC. */
export function formatMoment(time: number): string {
  return new Date(time).toISOString().slice(0, 19).replace('T', ' ')
}
