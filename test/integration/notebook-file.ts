import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { isRecord } from '../../src/protocol/json.ts'

/** A notebook of these cells, the first of which is Markdown. */
export function notebookIn(language: string, ...sources: readonly string[]): string {
  const cells = sources.map((source, index) => ({
    cell_type: index === 0 ? 'markdown' : 'code',
    id: `cell-${index}`,
    metadata: {},
    source,
    ...(index === 0 ? {} : { execution_count: null, outputs: [] }),
  }))
  return JSON.stringify({ cells, metadata: { language_info: { name: language } }, nbformat: 4, nbformat_minor: 5 })
}

export async function readNotebookCells(path: string): Promise<unknown[]> {
  const content: unknown = JSON.parse(await readFile(path, 'utf8'))
  assert(isRecord(content) && Array.isArray(content['cells']))
  return content['cells']
}
