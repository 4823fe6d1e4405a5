import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { parseDelimited } from '../base/parse-delimited.ts'

/**
 * The cells of a table's lines, the names of the columns first. A line feed in quotes is not looked for: tables of numbers
 * have none.
 */
export async function* readDelimitedLines(
  bytes: AsyncIterable<Uint8Array>,
  delimiter: ',' | '\t',
): AsyncGenerator<readonly string[]> {
  let isFirst = true
  for await (const line of createInterface({ input: Readable.from(bytes), crlfDelay: Infinity })) {
    const text = isFirst ? line.replace(/^\uFEFF/, '') : line
    isFirst = false
    const [cells] = parseDelimited(text, delimiter)
    if (cells !== undefined) yield cells
  }
}

/** Undefined for a cell without a number in it. */
export function toNumber(cell: string | undefined): number | undefined {
  const text = cell?.trim() ?? ''
  if (/^[+-]?(?:inf|infinity)$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity
  if (/^nan$/i.test(text)) return Number.NaN
  const value = Number(text)
  return text === '' || Number.isNaN(value) ? undefined : value
}
