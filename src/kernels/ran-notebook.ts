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
}

/** Takes the records of a kernel's journal, from the beginning. */
export interface RanNotebook {
  /** @returns whether the execution that was asked for has ended */
  take(record: JournalRecord): boolean
  /** What the kernel has run since it was started last, in the order it did, until the execution that was asked for. */
  read(kernel: Pick<Kernel, 'kernelId' | 'environment' | 'workingDirectory'>): Notebook
}

/** @param last the execution that the notebook ends with */
export function createRanNotebook(last: ExecutionId, limits: NotebookLimits = notebookLimits): RanNotebook {
  const codes = new Map<ExecutionId, { readonly code: string; readonly cell: string }>()
  let ran = new Map<ExecutionId, RanCell>()
  let shown = createShownOutputs()

  function begin(executionId: ExecutionId, startedAt: number): void {
    const queued = codes.get(executionId)
    codes.delete(executionId)
    // What is of no cell was asked by an editor: a list of variables for example.
    if (queued === undefined || (queued.cell === '' && executionId !== last)) return
    ran.set(executionId, { executionId, code: queued.code, startedAt, size: 0 })
  }

  function show(executionId: ExecutionId | undefined, output: CellOutput): void {
    const cell = executionId === undefined ? undefined : ran.get(executionId)
    if (cell === undefined) return
    const isCut = cell.size > limits.cell
    cell.size += JSON.stringify(output).length
    if (cell.size <= limits.cell || output.kind === 'error') shown.add(cell.executionId, output)
    else if (!isCut) shown.add(cell.executionId, leftOut)
  }

  return {
    take(record) {
      switch (record.kind) {
        case 'queued':
          codes.set(record.executionId, record)
          return false
        case 'started':
          begin(record.executionId, record.at)
          return false
        case 'output':
          show(record.executionId, record.output)
          return false
        case 'kernel':
          // What it knew is gone.
          if (record.status === 'starting' || record.status === 'restarting' || record.status === 'dead') {
            ran = new Map()
            shown = createShownOutputs()
          }
          return false
        case 'ended': {
          const cell = ran.get(record.executionId)
          if (cell !== undefined) {
            cell.endedAt = record.at
            if (record.executionCount !== undefined) cell.executionCount = record.executionCount
          }
          codes.delete(record.executionId)
          return record.executionId === last
        }
        default:
          return false
      }
    },
    read({ kernelId, environment, workingDirectory }) {
      const cells = boundAll(
        [...ran.values()].map((cell) => writeCell(cell, shown.of(cell.executionId))),
        limits.all,
      )
      const { name, language, version } = environment
      return {
        nbformat: 4,
        nbformat_minor: 5,
        metadata: {
          kernelspec: { name: language, display_name: name, language },
          language_info: { name: language, ...(version === undefined ? {} : { version }) },
          runwright: { kernelId, environment, workingDirectory, executionId: last },
        },
        cells,
      }
    },
  }
}

const leftOut: CellOutput = { kind: 'stream', name: 'stderr', text: '\n… the rest of the output was not kept.\n' }

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

/** The cells that ran last keep their outputs as long as there is room, and then their code. */
function boundAll(cells: readonly NotebookCell[], limit: number): NotebookCell[] {
  let room = limit
  const kept: NotebookCell[] = []
  for (const cell of cells.toReversed()) {
    const bare = { ...cell, outputs: [leftOut].flatMap((each) => toNotebookOutput(each) ?? []) }
    const fitting = [cell, bare].find((each) => JSON.stringify(each).length <= room)
    if (fitting === undefined) break
    room -= JSON.stringify(fitting).length
    kept.push(fitting)
  }
  return kept.toReversed()
}
