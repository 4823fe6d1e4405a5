/**
 * The cells of a text whose lines are records and whose fields stand between delimiters, quoted or not. A blank line is
 * no record. What follows a closing quote up to the delimiter belongs to the field, as spreadsheets take it.
 *
 * @see https://www.rfc-editor.org/rfc/rfc4180
 */
export function parseDelimited(text: string, delimiter: ',' | '\t'): string[][] {
  const records: string[][] = []
  let record: string[] = []
  let at = text.startsWith('\uFEFF') ? 1 : 0
  while (at < text.length) {
    const quoted = text[at] === '"' ? readQuoted(text, at) : { field: '', end: at }
    const plain = readPlain(text, quoted.end, delimiter)
    record.push(quoted.field + plain.field)
    at = plain.end
    if (text[at] === delimiter) {
      at += 1
      if (at === text.length) record.push('')
      continue
    }
    if (text[at] === '\r' && text[at + 1] === '\n') at += 1
    at += 1
    if (record.length > 1 || record[0] !== '') records.push(record)
    record = []
  }
  if (record.length > 0) records.push(record)
  return records
}

function readPlain(text: string, start: number, delimiter: string): { field: string; end: number } {
  let end = start
  while (end < text.length && text[end] !== delimiter && text[end] !== '\n' && text[end] !== '\r') end += 1
  return { field: text.slice(start, end), end }
}

function readQuoted(text: string, start: number): { field: string; end: number } {
  let field = ''
  let from = start + 1
  for (;;) {
    const quote = text.indexOf('"', from)
    if (quote < 0) return { field: field + text.slice(from), end: text.length }
    field += text.slice(from, quote)
    if (text[quote + 1] !== '"') return { field, end: quote + 1 }
    field += '"'
    from = quote + 2
  }
}
