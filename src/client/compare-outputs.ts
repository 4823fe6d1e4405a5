import { createHash } from 'node:crypto'
import { stripVTControlCharacters } from 'node:util'
import { isRecord } from '../protocol/json.ts'
import { type Notebook, type NotebookCell, type NotebookOutput, sourceOf } from '../protocol/notebook-file.ts'
import type { NotebookRun } from './run-notebook.ts'

/** What a cell shows beside what it showed before it was run again. */
export interface ComparedCell {
  /** Among all cells, from 0. */
  readonly index: number
  /**
   * - `same`, `changed`: as it says
   * - `new`: it had not been run before
   * - `not-run`: a cell before it failed
   */
  readonly change: 'same' | 'changed' | 'new' | 'not-run'
  /** As text; pictures and the like by their digests. */
  readonly before: string
  readonly after: string
}

/** As much of a cell as is compared. */
export type ShownCell = Pick<NotebookCell, 'outputs' | 'execution_count'>

/** The code cells of a notebook that was run, each beside what it was. */
export function compareRun(before: Notebook, { notebook, cells }: NotebookRun): ComparedCell[] {
  const ran = new Set(cells.map(({ index }) => index))
  return before.cells.flatMap((cell, index) => {
    if (cell.cell_type !== 'code' || sourceOf(cell).trim() === '') return []
    return [compareCell(index, cell, ran.has(index) ? notebook.cells[index] : undefined)]
  })
}

/**
 * What is different in every run although nothing has changed does not count: counts of executions, addresses in memory,
 * the order of the two streams, ids of widgets, and runs that a cell tracks.
 *
 * @param after undefined for one that was not run
 */
export function compareCell(index: number, before: ShownCell, after: ShownCell | undefined): ComparedCell {
  const texts = { before: describeOutputs(before.outputs ?? []), after: describeOutputs(after?.outputs ?? []) }
  const isNew = typeof before.execution_count !== 'number' && (before.outputs ?? []).length === 0
  const change = texts.before === texts.after ? 'same' : 'changed'
  return { index, change: after === undefined ? 'not-run' : isNew ? 'new' : change, ...texts }
}

/** Equal for outputs that show the same. */
function describeOutputs(outputs: readonly NotebookOutput[]): string {
  const parts: string[] = []
  let streams = new Map<string, string>()
  const endStreams = () => {
    parts.push(...[...streams].toSorted(([a], [b]) => (a < b ? 1 : -1)).map(([, text]) => text))
    streams = new Map()
  }
  for (const output of outputs) {
    if (output.output_type === 'stream') {
      streams.set(output.name, (streams.get(output.name) ?? '') + toText(output.text))
      continue
    }
    endStreams()
    parts.push(output.output_type === 'error' ? describeError(output) : describeData(output.data))
  }
  endStreams()
  return parts
    .filter((part) => part !== '')
    .map((part) => leaveOutAddresses(part.endsWith('\n') ? part : `${part}\n`))
    .join('')
}

/** Files of other programs have lists of lines, or one text. */
function toText(value: unknown): string {
  return Array.isArray(value) ? value.join('') : typeof value === 'string' ? value : JSON.stringify(value, undefined, 2)
}

function leaveOutAddresses(text: string): string {
  return text.replaceAll(/\b0x[0-9a-f]{6,16}\b/gi, '0x…')
}

function describeError({ traceback, ename, evalue }: NotebookOutput & { output_type: 'error' }): string {
  const lines = [`${ename}: ${evalue}`, ...traceback].join('\n')
  return stripVTControlCharacters(lines).replaceAll(/\b(In ?|cell) ?\[\d+\]/g, '$1[…]')
}

/** What shows itself as plain text is read so; all else of it is told by its digest, unless it is all there is. */
function describeData(data: object): string {
  if (!isRecord(data)) return ''
  const types = Object.keys(data).filter((type) => !type.startsWith('application/vnd.jupyter.widget-'))
  const run = types.find((type) => type.startsWith('application/vnd.runwright.'))
  if (run !== undefined) return `(${run})`
  const plain = 'text/plain' in data ? toText(data['text/plain']) : undefined
  const others = types
    .filter((type) => type !== 'text/plain')
    .toSorted()
    .map((type) => describeOther(type, toText(data[type]), plain === undefined))
  return [...(plain === undefined ? [] : [plain]), ...others].join('\n')
}

function describeOther(type: string, content: string, isAllThereIs: boolean): string {
  if (isAllThereIs && /^text\/|json$|svg/.test(type)) return content
  // Bytes in base64 may have been broken into lines.
  const compared = /^(text\/|.*(json|xml|javascript)$)/.test(type)
    ? leaveOutAddresses(content)
    : content.replaceAll(/\s/g, '')
  const digest = createHash('sha256').update(compared).digest('hex').slice(0, 16)
  return `(${type}, sha256 ${digest}…)`
}
