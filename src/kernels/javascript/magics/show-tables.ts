import { escapeHtml } from '../../../base/escape-html.ts'
import { formatValue, markdownTable } from '../../../base/markdown-table.ts'
import type { MimeBundle } from '../../../protocol/cell-outputs.ts'
import { isRecord } from '../../../protocol/json.ts'
import { displayHook } from '../render-value.ts'

export interface ShownTable {
  readonly title: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly unknown[])[]
}

/** A value of a magic: what is seen of it is its data; how it is shown is asked of it by the kernel. */
export interface ShownData {
  readonly data: unknown
  readonly bundle: MimeBundle
}

/** @param thing as in `application/vnd.runwright.THING+json`, which a renderer of ours draws */
export function showTables(thing: string, data: unknown, tables: readonly ShownTable[]): ShownData {
  const bundle = {
    [`application/vnd.runwright.${thing}+json`]: data,
    'text/html': tables.map(toHtml).join(''),
    'text/plain': tables.map(toText).join('\n') || 'There is nothing to show.',
  }
  const shown = { data, bundle }
  // Code that prints it sees the data alone.
  Object.defineProperty(shown, 'bundle', { enumerable: false })
  return Object.defineProperty(shown, displayHook, { value: () => bundle })
}

/** Data without a form of its own: lists of objects as tables, and objects as names with their values. */
export function tablesOf(data: unknown, title = ''): readonly ShownTable[] {
  if (Array.isArray(data) && data.length > 0 && data.every(isRecord)) {
    const columns = [...new Set(data.flatMap((row) => Object.keys(row)))]
    return [{ title, columns, rows: data.map((row) => columns.map((key) => row[key])) }]
  }
  if (!isRecord(data)) return data === undefined || isEmpty(data) ? [] : [{ title, columns: ['value'], rows: [[data]] }]
  const pairs = Object.entries(data).filter(([, value]) => !isEmpty(value))
  const inner = pairs.filter(([, value]) => isRecord(value) || (Array.isArray(value) && isRecord(value[0])))
  const plain = pairs.filter((pair) => !inner.includes(pair))
  const own = plain.length === 0 ? [] : [{ title, columns: ['name', 'value'], rows: plain }]
  return [...own, ...inner.flatMap(([key, value]) => tablesOf(value, key))]
}

function isEmpty(value: unknown): boolean {
  return value === null || (Array.isArray(value) && value.length === 0)
}

function toText({ title, columns, rows }: ShownTable): string {
  return `${title === '' ? '' : `${title}\n`}${columns.length === 0 ? '' : markdownTable(columns, rows.map(toTexts))}`
}

function toHtml({ title, columns, rows }: ShownTable): string {
  const line = (tag: string, cells: readonly string[]) =>
    `<tr>${cells.map((text) => `<${tag} style="text-align: left">${escapeHtml(text)}</${tag}>`).join('')}</tr>`
  const head = title === '' ? '' : `<div style="margin: 0.6em 0 0.2em"><b>${escapeHtml(title)}</b></div>`
  if (columns.length === 0) return head
  const body = rows.map((row) => line('td', toTexts(row))).join('')
  return `${head}<table><thead>${line('th', columns)}</thead><tbody>${body}</tbody></table>`
}

function toTexts(row: readonly unknown[]): string[] {
  return row.map((value) => {
    if (value === null || value === undefined) return ''
    if (typeof value === 'number') return formatValue(value)
    return typeof value === 'string' ? value : JSON.stringify(value)
  })
}
