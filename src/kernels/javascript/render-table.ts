import { inspect } from 'node:util'

const maxRows = 100
const maxColumns = 50

/** Rows of named values as an HTML table, undefined for what is none. Long ones are shortened, and say so. */
export function renderTable(rows: readonly unknown[]): string | undefined {
  if (rows.length === 0 || !rows.every(isRow)) return undefined
  const shown = rows.slice(0, maxRows)
  const all = [...new Set(shown.flatMap((row) => Object.keys(row)))]
  if (all.length === 0) return undefined
  const columns = all.slice(0, maxColumns)
  const head = ['', ...columns].map((name) => `<th>${escape(name)}</th>`).join('')
  const lines = shown.map((row, index) => {
    const cells = columns.map((name) => `<td>${escape(describe(row[name]))}</td>`).join('')
    return `<tr><th>${index}</th>${cells}</tr>`
  })
  const table = `<table><thead><tr>${head}</tr></thead><tbody>\n${lines.join('\n')}\n</tbody></table>`
  const isCut = rows.length > shown.length || all.length > columns.length
  return isCut ? `${table}\n<p>${rows.length} rows, ${all.length} columns</p>` : table
}

function isRow(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function describe(value: unknown): string {
  if (value === undefined) return ''
  return typeof value === 'string' ? value : inspect(value, { depth: 0, maxArrayLength: 5, maxStringLength: 200 })
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
