import { randomBytes } from 'node:crypto'
import type * as vscode from 'vscode'
import { newExecutionId } from '../../client/kernel-ids.ts'
import type { Client } from '../../protocol/client.ts'
import {
  type Execution,
  type ExecutionId,
  type ExecutionStatus,
  hasExecutionEnded,
  type KernelId,
} from '../../protocol/kernels.ts'
import { findCell, toCellKey, toNotebookKey } from './cell-key.ts'
import type { Controllers } from './controllers.ts'
import { createDisplays, type Displays } from './displays.ts'
import { getNotebookClient, type NotebookContext, type NotebookKernel } from './notebook-kernel.ts'
import type { NotebookMemory, RememberedNotebook } from './notebook-memory.ts'
import { failExecution, isGone, showExecution } from './show-execution.ts'
import type { RanCell } from './stale/find-stale.ts'
import { readCode } from './stale/read-ran-cells.ts'

/** Cells that run, in the order they were asked for. */
export interface RunningNotebooks {
  /**
   * Queues cells in the notebook's kernel; resolves when all of them have ended, to how each did: undefined for those
   * that were not shown to their ends.
   */
  run(
    cells: readonly vscode.NotebookCell[],
    notebook: vscode.NotebookDocument,
    ensure: () => Promise<NotebookKernel>,
  ): Promise<readonly (ExecutionStatus | undefined)[]>
  /** Shows again what runs or has ended while no window had the notebook open. */
  attach(notebook: vscode.NotebookDocument): Promise<void>
  /** Stops showing; the kernel goes on. */
  closed(notebook: vscode.NotebookDocument): void
}

/** What a kernel was asked for. */
interface Asked {
  readonly execution: Execution
  readonly code: string
}

interface Opened {
  readonly displays: Displays
  readonly closing: AbortController
  /** Settles when all that was to be asked of the kernel was asked: one call after the other keeps the order. */
  asking: Promise<void>
  /** Settles when all cells asked for until now have ended. A kernel runs one after the other, so they are shown so. */
  showing: Promise<void>
  /** Those that are shown or wait for it. */
  readonly shown: Set<ExecutionId>
}

export function createRunningNotebooks(
  context: () => NotebookContext,
  memory: NotebookMemory,
  controllers: () => Pick<Controllers, 'createExecution'>,
  ran: (notebook: vscode.NotebookDocument, kernelId: KernelId, cell: RanCell) => void,
): RunningNotebooks {
  const opened = new Map<string, Opened>()
  const failed = (error: unknown) => context().log.warn('notebook:', error)

  function open(notebook: vscode.NotebookDocument): Opened {
    const uri = notebook.uri.toString()
    const known = opened.get(uri)
    if (known !== undefined) return known
    const settled = Promise.resolve()
    const closing = new AbortController()
    const made = {
      displays: createDisplays(),
      closing,
      asking: settled,
      showing: settled,
      shown: new Set<ExecutionId>(),
    }
    opened.set(uri, made)
    return made
  }

  /** Shows it once all before it were shown to their ends. */
  function show(
    notebook: vscode.NotebookDocument,
    kernelId: KernelId,
    shown: vscode.NotebookCellExecution,
    { execution, code }: Asked,
  ): Promise<ExecutionStatus | undefined> {
    const state = open(notebook)
    const { vscode } = context()
    const { displays, closing } = state
    const connect = () => getNotebookClient(context(), notebook)
    const parts = { vscode, connect, kernelId, shown, displays, signal: closing.signal, failed }
    state.shown.add(execution.executionId)
    const showOne = async (): Promise<ExecutionStatus | undefined> => {
      try {
        const status = await showExecution(parts, execution)
        if (status === undefined) return undefined
        const { languageId: language } = shown.cell.document
        memory.ended(notebook.uri.toString(), execution.executionId)
        if (status !== 'aborted') ran(notebook, kernelId, { key: execution.cell, code, language })
        return status
      } catch (error) {
        // Whatever else went wrong, the kernel may have gone on: it is looked at again when the notebook is opened.
        if (isGone(error)) memory.ended(notebook.uri.toString(), execution.executionId)
        failExecution(vscode, shown, error)
        return undefined
      }
    }
    // A cell that cannot be shown, because it was removed, holds up none behind it.
    const showing = state.showing.then(showOne).catch((error: unknown) => {
      failed(error)
      return undefined
    })
    state.showing = showing.then(() => undefined)
    return showing
  }

  /** @param before what it was asked for together with */
  async function ask(
    kernel: NotebookKernel,
    shown: vscode.NotebookCellExecution,
    before: Asked | undefined,
  ): Promise<Asked> {
    const { cell } = shown
    const code = cell.document.getText()
    const uri = cell.notebook.uri.toString()
    const executionId = newExecutionId({ randomBytes })
    // Before it is asked: a window that is closed in between would not know of it.
    memory.opened(uri, executionId)
    const { execution } = await kernel.client.call('kernels/execute', {
      kernelId: kernel.kernelId,
      executionId,
      code,
      cell: toCellKey(toNotebookKey(uri), cell),
      allowsInput: true,
      ...(before === undefined ? {} : { follows: before.execution.executionId }),
    })
    return { execution, code }
  }

  async function askAll(
    notebook: vscode.NotebookDocument,
    shown: readonly vscode.NotebookCellExecution[],
    ensure: () => Promise<NotebookKernel>,
  ): Promise<Promise<ExecutionStatus | undefined>[]> {
    const waiting = [...shown]
    const shows: Promise<ExecutionStatus | undefined>[] = []
    try {
      const kernel = await ensure()
      let asked: Asked | undefined
      for (const each of shown) {
        asked = await ask(kernel, each, asked)
        waiting.shift()
        shows.push(show(notebook, kernel.kernelId, each, asked))
      }
    } catch (error) {
      const [first, ...others] = waiting
      if (first !== undefined) failExecution(context().vscode, first, error)
      for (const each of others) leave(each)
    }
    return shows
  }

  async function attach(notebook: vscode.NotebookDocument, client: Client): Promise<void> {
    const uri = notebook.uri.toString()
    const known = memory.of(uri)
    if (known === undefined) return
    const { kernelId } = known
    const executions = await listOpen(client, known, toNotebookKey(uri))
    const { shown } = open(notebook)
    for (const execution of executions.filter(({ executionId }) => !shown.has(executionId))) {
      const code = (await readCode(client, kernelId, execution)) ?? ''
      const cell = findCell(notebook.getCells(), toNotebookKey(uri), execution.cell, code)
      if (cell === undefined) memory.ended(uri, execution.executionId)
      else void show(notebook, kernelId, controllers().createExecution(cell), { execution, code })
    }
    const listed = new Set(executions.map(({ executionId }) => executionId))
    const gone = known.open.filter((executionId) => !listed.has(executionId) && !shown.has(executionId))
    for (const executionId of gone) memory.ended(uri, executionId)
  }

  return {
    async run(cells, notebook, ensure) {
      const shown = cells.map((cell) => controllers().createExecution(cell))
      const state = open(notebook)
      const asked = state.asking.then(() => askAll(notebook, shown, ensure))
      state.asking = asked.then(() => undefined)
      return Promise.all(await asked)
    },
    attach(notebook) {
      const state = open(notebook)
      if ((memory.of(notebook.uri.toString())?.open ?? []).length === 0) return Promise.resolve()
      state.asking = state.asking.then(async () => {
        try {
          await attach(notebook, await getNotebookClient(context(), notebook))
        } catch (error) {
          failed(error)
        }
      })
      return state.asking
    },
    closed(notebook) {
      const uri = notebook.uri.toString()
      opened.get(uri)?.closing.abort()
      opened.delete(uri)
    },
  }
}

/** A cell that did not come to run keeps what it shows. */
function leave(shown: vscode.NotebookCellExecution): void {
  shown.start()
  shown.end(undefined)
}

/** Of each cell the last one, of those that the notebook does not show the end of. */
async function listOpen(
  client: Client,
  { kernelId, open }: Pick<RememberedNotebook, 'kernelId' | 'open'>,
  notebookKey: string,
): Promise<readonly Execution[]> {
  try {
    const { executions } = await client.call('kernels/executions', { kernelId })
    const ours = executions.filter(
      ({ cell, executionId, status }) =>
        cell.startsWith(notebookKey) && (open.includes(executionId) || !hasExecutionEnded(status)),
    )
    return [...new Map(ours.map((each) => [each.cell, each])).values()]
  } catch (error) {
    if (isGone(error)) return []
    throw error
  }
}
