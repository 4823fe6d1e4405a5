import type { CellOutput } from '../protocol/cell-outputs.ts'
import type { ExecutionId, JournalRecord, Kernel } from '../protocol/kernels.ts'
import { type Notebook, type NotebookCell, toLines, toNotebookOutput } from '../protocol/notebook-file.ts'
import { createShownOutputs } from '../protocol/shown-outputs.ts'

/** Characters of JSON that one cell's outputs may have, and all that is kept; what is above is left out, and said so. */
export interface NotebookLimits {
  readonly cell: number
  readonly all: number
}

const notebookLimits: NotebookLimits = { cell: 1 << 20, all: 8 << 20 }

interface RanCell {
  readonly executionId: ExecutionId
  readonly code: string
  readonly startedAt: number
  endedAt?: number
  executionCount?: number
  /** Of its outputs as they came. */
  size: number
  /** It is too long ago: there was no room for its outputs any more. */
  isBare: boolean
  /** As it was written last, of these outputs. */
  written?: WrittenCell & { readonly outputs: readonly CellOutput[] }
}

interface WrittenCell {
  readonly cell: NotebookCell
  /** Characters of JSON. */
  readonly size: number
}

/** Takes the records of a kernel's journal, from the beginning. */
export interface RanNotebook {
  /** @returns the execution that has ended with it */
  take(record: JournalRecord): ExecutionId | undefined
  /** Whether it has a cell of that execution. */
  has(executionId: ExecutionId): boolean
  /**
   * What the kernel has run since it was started last, in the order it did. What takes time is in proportion to what is
   * new since it was read last, but for the texts, which are bounded.
   */
  read(last: ExecutionId, kernel: Pick<Kernel, 'kernelId' | 'environment' | 'workingDirectory'>): Notebook
}

/** @param aside an execution that is of no cell, and to be in the notebook all the same */
export function createRanNotebook(aside?: ExecutionId, limits: NotebookLimits = notebookLimits): RanNotebook {
  const codes = new Map<ExecutionId, { readonly code: string; readonly cell: string }>()
  let ran = new Map<ExecutionId, RanCell>()
  let shown = createShownOutputs()

  function begin(executionId: ExecutionId, startedAt: number): void {
    const queued = codes.get(executionId)
    codes.delete(executionId)
    // What is of no cell was asked by an editor: a list of variables for example.
    if (queued === undefined || (queued.cell === '' && executionId !== aside)) return
    ran.set(executionId, { executionId, code: queued.code, startedAt, size: 0, isBare: false })
  }

  function show(executionId: ExecutionId | undefined, output: CellOutput): void {
    const cell = executionId === undefined ? undefined : ran.get(executionId)
    if (cell === undefined) return
    const isCut = cell.size > limits.cell
    cell.size += JSON.stringify(output).length
    if (cell.size <= limits.cell || output.kind === 'error') shown.add(cell.executionId, output)
    else if (!isCut) shown.add(cell.executionId, leftOut)
  }

  function write(cell: RanCell): WrittenCell {
    const outputs = cell.isBare ? bareOutputs : shown.of(cell.executionId)
    // Whatever changes of the outputs makes a new list of them.
    if (cell.written?.outputs === outputs) return cell.written
    const written = writeCell(cell, outputs)
    const made = { cell: written, size: JSON.stringify(written).length, outputs }
    if (cell.endedAt !== undefined) cell.written = made
    return made
  }

  /** The cells that ran last keep their outputs as long as there is room, and those before them their code. */
  function writeBounded(): NotebookCell[] {
    let room = limits.all
    let isFull = false
    const kept: NotebookCell[] = []
    for (const cell of [...ran.values()].toReversed()) {
      isFull ||= cell.isBare || write(cell).size > room
      if (isFull) {
        // There will never be room for it again, so it need not be remembered either.
        cell.isBare = true
        shown.clear(cell.executionId)
      }
      const written = write(cell)
      if (written.size > room) break
      room -= written.size
      kept.push(written.cell)
    }
    return kept.toReversed()
  }

  return {
    take(record) {
      switch (record.kind) {
        case 'queued':
          codes.set(record.executionId, record)
          return undefined
        case 'started':
          begin(record.executionId, record.at)
          return undefined
        case 'output':
          show(record.executionId, record.output)
          return undefined
        case 'kernel':
          // What it knew is gone.
          if (record.status === 'starting' || record.status === 'restarting' || record.status === 'dead') {
            ran = new Map()
            shown = createShownOutputs()
          }
          return undefined
        case 'ended': {
          const cell = ran.get(record.executionId)
          if (cell !== undefined) {
            cell.endedAt = record.at
            if (record.executionCount !== undefined) cell.executionCount = record.executionCount
          }
          codes.delete(record.executionId)
          return record.executionId
        }
        default:
          return undefined
      }
    },
    has: (executionId) => ran.has(executionId),
    read(last, { kernelId, environment, workingDirectory }) {
      const { name, language, version } = environment
      return {
        nbformat: 4,
        nbformat_minor: 5,
        metadata: {
          kernelspec: { name: language, display_name: name, language },
          language_info: { name: language, ...(version === undefined ? {} : { version }) },
          runwright: { kernelId, environment, workingDirectory, executionId: last },
        },
        cells: writeBounded(),
      }
    },
  }
}

const leftOut: CellOutput = { kind: 'stream', name: 'stderr', text: '\n… the rest of the output was not kept.\n' }
const bareOutputs: readonly CellOutput[] = [leftOut]

function writeCell(
  { executionId, code, startedAt, endedAt, executionCount }: RanCell,
  outputs: readonly CellOutput[],
): NotebookCell {
  const times = { 'iopub.execute_input': toTime(startedAt), ...(endedAt && { 'shell.execute_reply': toTime(endedAt) }) }
  return {
    cell_type: 'code',
    id: executionId,
    metadata: { execution: times },
    source: toLines(code),
    execution_count: executionCount ?? null,
    outputs: outputs.flatMap((output) => toNotebookOutput(output) ?? []),
  }
}

/** As JupyterLab records when a cell ran. */
function toTime(at: number): string {
  return new Date(at).toISOString()
}
