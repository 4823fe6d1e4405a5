import type * as vscode from 'vscode'
import type { CellOutput } from '../../protocol/cell-outputs.ts'
import { isRecord } from '../../protocol/json.ts'
import type { ExecutionId, KernelId } from '../../protocol/kernels.ts'
import { localize } from '../localize.ts'
import type { Displays } from './displays.ts'
import { createOutputPlan, type OutputAct } from './output-plan.ts'
import { type ShownItem, type ShownOutput, toShownItems, toShownOutput } from './shown-output.ts'

/** Puts what a kernel says into a cell. Nothing of it is awaited: VS Code keeps the order. */
export interface CellWriter {
  add(output: CellOutput): void
  /** Shows at once what has not been shown yet. */
  flush(): void
}

export interface CellWriterParts {
  readonly vscode: Pick<typeof vscode, 'NotebookCellOutput' | 'NotebookCellOutputItem'>
  /** It has been started. */
  readonly execution: vscode.NotebookCellExecution
  readonly kernelId: KernelId
  readonly executionId: ExecutionId
  readonly displays: Displays
  failed(error: unknown): void
}

/** A frame of the screen: what is said within it is shown together. */
const frameMs = 16

export function createCellWriter({ vscode, execution, ...parts }: CellWriterParts): CellWriter {
  const { displays, failed } = parts
  const plan = createOutputPlan()
  let waiting: CellOutput[] = []
  let timer: NodeJS.Timeout | undefined
  let flushedAt = -Infinity
  let last: vscode.NotebookCellOutput | undefined

  const toItems = (items: readonly ShownItem[]) =>
    items.map(({ mime, data }) => new vscode.NotebookCellOutputItem(data, mime))

  function append(output: CellOutput): Thenable<void> | undefined {
    const shown = toShownOutput(output)
    if (shown === undefined) return undefined
    last = new vscode.NotebookCellOutput(toItems(shown.items), markNew(shown))
    if ('displayId' in output && output.displayId !== undefined) {
      displays.add(output.displayId, { cell: execution.cell, output: last })
    }
    return execution.appendOutput(last)
  }

  /** @returns when it is done, for what goes wrong */
  function perform(act: OutputAct): readonly (Thenable<void> | undefined)[] {
    switch (act.kind) {
      case 'clear':
        displays.forget(execution.cell)
        return [execution.clearOutput()]
      case 'append':
        return [append(act.output)]
      case 'extend': {
        const items = toItems(toShownOutput(act.output)?.items ?? [])
        return [last && execution.appendOutputItems(items, last)]
      }
      case 'update': {
        const items = toItems(toShownItems(act.output.data))
        return displays.find(act.output.displayId).map(({ output }) => execution.replaceOutputItems(items, output))
      }
      case 'cut':
        return [append(describeCut(parts))]
    }
  }

  function flush(): void {
    clearTimeout(timer)
    timer = undefined
    flushedAt = performance.now()
    const outputs = waiting
    waiting = []
    for (const done of plan.next(outputs).flatMap(perform)) done?.then(undefined, failed)
  }

  return {
    flush,
    add(output) {
      waiting.push(output)
      // What comes after a silence waits for nothing but what comes with it.
      timer ??= setTimeout(flush, Math.max(0, flushedAt + frameMs - performance.now()))
    },
  }
}

/** For who draws it: what a kernel has just said is followed, and what a file had is not. VS Code saves no such mark. */
function markNew({ items, metadata }: ShownOutput): Readonly<Record<string, unknown>> {
  if (!items.some(({ mime }) => mime.startsWith('application/vnd.runwright.'))) return metadata
  const transient = metadata['transient']
  return { ...metadata, transient: { ...(isRecord(transient) ? transient : {}), runwright: true } }
}

/** Kept with the notebook, so that the whole output can be opened as long as the kernel is there. */
function describeCut({ kernelId, executionId }: Pick<CellWriterParts, 'kernelId' | 'executionId'>): CellOutput {
  const text = localize('More output is not shown here. “Open Full Output” below the cell opens all of it.')
  return { kind: 'display', data: { 'text/plain': text }, metadata: { runwright: { kernelId, executionId } } }
}
