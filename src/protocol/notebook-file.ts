import type { CellOutput } from './cell-outputs.ts'
import { RunwrightError } from './errors.ts'
import { isRecord, parseForeignJson } from './json.ts'

/** A `.ipynb` of format 4, as the file has it: what nobody here knows stays as it is. @see https://nbformat.readthedocs.io */
export interface Notebook {
  readonly nbformat: 4
  readonly nbformat_minor?: number
  readonly metadata: Readonly<Record<string, unknown>>
  readonly cells: readonly NotebookCell[]
}

export interface NotebookCell {
  readonly cell_type: string
  readonly source: string | readonly string[]
  readonly metadata: Readonly<Record<string, unknown>>
  /** From format 4.5 on. */
  readonly id?: string
  /** Of code cells. */
  readonly execution_count?: number | null
  readonly outputs?: readonly NotebookOutput[]
}

export type NotebookOutput =
  | { readonly output_type: 'stream'; readonly name: string; readonly text: readonly string[] }
  | { readonly output_type: 'display_data'; readonly data: object; readonly metadata: object }
  | {
      readonly output_type: 'execute_result'
      readonly data: object
      readonly metadata: object
      readonly execution_count: number
    }
  | {
      readonly output_type: 'error'
      readonly ename: string
      readonly evalue: string
      readonly traceback: readonly string[]
    }

/** @throws INVALID_PARAMETER_VALUE for what is no notebook of format 4, naming the file */
export function parseNotebook(text: string, file: string): Notebook {
  const notebook = parseForeignJson(text)
  if (!isRecord(notebook) || !Array.isArray(notebook['cells'])) throw refuse(file, 'it is no notebook')
  if (notebook['nbformat'] !== 4) throw refuse(file, `its format is ${String(notebook['nbformat'])}, not 4`)
  const cells: unknown[] = notebook['cells']
  cells.forEach((cell, index) => {
    if (!isCell(cell)) throw refuse(file, `its cell ${index + 1} is none`)
  })
  // SAFETY: each cell was looked at, and the format; metadata that is none is made empty.
  return { ...notebook, metadata: isRecord(notebook['metadata']) ? notebook['metadata'] : {} } as unknown as Notebook
}

function isCell(cell: unknown): boolean {
  if (!isRecord(cell) || typeof cell['cell_type'] !== 'string' || !isRecord(cell['metadata'])) return false
  const { source } = cell
  return typeof source === 'string' || (Array.isArray(source) && source.every((line) => typeof line === 'string'))
}

function refuse(file: string, reason: string): RunwrightError {
  return new RunwrightError('INVALID_PARAMETER_VALUE', `${file} cannot be read: ${reason}.`, {
    hint: 'Jupyter writes notebooks of format 4; "jupyter nbconvert --to notebook" brings older ones up to it.',
  })
}

export function sourceOf({ source }: NotebookCell): string {
  return typeof source === 'string' ? source : source.join('')
}

/** In lower case; `python` where the notebook does not say. */
export function languageOf({ metadata: { kernelspec, language_info: info } }: Notebook): string {
  const named = [isRecord(kernelspec) ? kernelspec['language'] : undefined, isRecord(info) ? info['name'] : undefined]
  return (named.find((each) => typeof each === 'string') ?? 'python').toLowerCase()
}

/** As Jupyter writes it, so that a diff shows what has changed and nothing else. */
export function formatNotebook(notebook: Notebook): string {
  return `${JSON.stringify(notebook, undefined, 1)}\n`
}

/** An output as a notebook keeps it; undefined for what only a live kernel means something by. */
export function toNotebookOutput(output: CellOutput): NotebookOutput | undefined {
  switch (output.kind) {
    case 'stream':
      return { output_type: 'stream', name: output.name, text: toLines(output.text) }
    case 'display':
      return { output_type: 'display_data', data: toFileData(output.data), metadata: output.metadata }
    case 'result': {
      const { data, metadata, executionCount } = output
      return { output_type: 'execute_result', data: toFileData(data), metadata, execution_count: executionCount }
    }
    case 'error':
      return { output_type: 'error', ename: output.name, evalue: output.message, traceback: output.traceback }
    default:
      return undefined
  }
}

/** Text in lines, but for bytes in base64, which have none. */
function toFileData(data: Readonly<Record<string, unknown>>): object {
  const entries = Object.entries(data).map(([type, value]) => {
    const isText = typeof value === 'string' && !/^(image\/(?!svg)|audio|video|application\/pdf)/.test(type)
    return [type, isText ? toLines(value) : value]
  })
  return Object.fromEntries(entries)
}

/** Each with its own end. */
export function toLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? []
}
