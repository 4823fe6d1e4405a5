import type { CellOutput } from '../protocol/cell-outputs.ts'
import type { Client } from '../protocol/client.ts'
import type { ExecutionId, ExecutionStatus, KernelId } from '../protocol/kernels.ts'
import { type Notebook, type NotebookCell, sourceOf, toNotebookOutput } from '../protocol/notebook-file.ts'
import { createShownOutputs } from '../protocol/shown-outputs.ts'
import { followExecution } from './follow-execution.ts'

/** How one code cell ended. */
export interface CellRun {
  /** Among all cells, from 0. */
  readonly index: number
  readonly status: ExecutionStatus
  readonly executionCount?: number
  /** Milliseconds from its start at the kernel to its end; 0 for one that did not begin. */
  readonly durationMs: number
}

export interface NotebookRun {
  /** With the outputs of this run. */
  readonly notebook: Notebook
  readonly cells: readonly CellRun[]
  readonly isOk: boolean
}

export interface NotebookRunOptions {
  readonly kernelId: KernelId
  /** Go on after a cell that failed. */
  readonly allowsErrors: boolean
  newExecutionId(): ExecutionId
  /** Called as outputs come. */
  onOutput(index: number, output: CellOutput): void
  onCell(cell: CellRun): void
  readonly signal: AbortSignal
}

/**
 * Runs a notebook from top to bottom in a kernel that is there. Cells behind one that failed keep what they showed.
 *
 * @throws CANCELLED, and what the engine throws
 */
export async function runNotebook(
  client: Pick<Client, 'call'>,
  notebook: Notebook,
  options: NotebookRunOptions,
): Promise<NotebookRun> {
  const { kernelId, allowsErrors, signal } = options
  const shown = createShownOutputs()
  const cells = notebook.cells.map((cell, index) => ({ cell, index }))
  const runs: CellRun[] = []
  const show = (index: number, output: CellOutput) => {
    shown.add(String(index), output)
    options.onOutput(index, output)
  }
  for (const { cell, index } of cells.filter(({ cell }) => isToRun(cell))) {
    const asked = { kernelId, executionId: options.newExecutionId(), code: sourceOf(cell), cell: cell.id ?? `${index}` }
    const { execution } = await client.call('kernels/execute', asked, { signal })
    let run: CellRun = { index, status: 'lost', durationMs: 0 }
    let startedAt: number | undefined
    for await (const record of followExecution(client, kernelId, execution, { signal })) {
      if (record.kind === 'started') startedAt = record.at
      if (record.kind === 'output') {
        show(index, record.output)
      }
      if (record.kind === 'ended') {
        const { status, at, executionCount } = record
        if (status === 'lost') show(index, explainLoss(record.reason))
        const count = executionCount === undefined ? {} : { executionCount }
        run = { index, status, durationMs: at - (startedAt ?? at), ...count }
      }
    }
    runs.push(run)
    options.onCell(run)
    if (run.status === 'lost' || (run.status !== 'ok' && !allowsErrors)) break
  }
  const byIndex = new Map(runs.map((run) => [run.index, run]))
  const written = cells.map(({ cell, index }) => {
    const run = byIndex.get(index)
    return run === undefined ? cell : writeCell(cell, run, shown.of(String(index)))
  })
  const isOk = runs.every(({ status }) => status === 'ok')
  return { notebook: { ...notebook, cells: written }, cells: runs, isOk }
}

/** @param reason why its kernel ended */
function explainLoss(reason = 'Its kernel was restarted while the cell ran.'): CellOutput {
  return { kind: 'error', name: 'Kernel ended', message: reason, traceback: [reason] }
}

function isToRun(cell: NotebookCell): boolean {
  return cell.cell_type === 'code' && sourceOf(cell).trim() !== ''
}

function writeCell(cell: NotebookCell, run: CellRun, outputs: readonly CellOutput[]): NotebookCell {
  return {
    ...cell,
    execution_count: run.executionCount ?? null,
    outputs: outputs.flatMap((output) => toNotebookOutput(output) ?? []),
  }
}
