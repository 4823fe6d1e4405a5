import type * as vscode from 'vscode'
import { followExecution } from '../../client/follow-execution.ts'
import type { CellOutput } from '../../protocol/cell-outputs.ts'
import type { Client } from '../../protocol/client.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import type { Execution, ExecutionStatus, JournalRecord, KernelId } from '../../protocol/kernels.ts'
import type { CommandContext } from '../context.ts'
import { localize } from '../localize.ts'
import { describeError } from '../tree/error-notice.ts'
import { askForInput, type InputQuestion } from './ask-for-input.ts'
import { createCellWriter } from './cell-writer.ts'
import type { Displays } from './displays.ts'

export interface ShowExecutionParts {
  readonly vscode: CommandContext['vscode']
  /** The engine is asked anew when a connection to it is closed, as when it is restarted. */
  connect(): Promise<Client>
  readonly kernelId: KernelId
  /** Of the cell as VS Code has it; not started yet. */
  readonly shown: vscode.NotebookCellExecution
  readonly displays: Displays
  /** Aborted when the notebook is closed: what is left is shown when it is opened again. */
  readonly signal: AbortSignal
  failed(error: unknown): void
}

/**
 * Shows an execution in its cell from its beginning on, whether it runs, waits or has ended long ago. The cell is
 * emptied when it has begun.
 *
 * @returns how it has ended; undefined when the notebook was closed before
 */
export async function showExecution(
  parts: ShowExecutionParts,
  execution: Execution,
): Promise<ExecutionStatus | undefined> {
  const { kernelId, shown, signal } = parts
  const { executionId } = execution
  const writer = createCellWriter({ ...parts, execution: shown, executionId })
  let isStarted = false
  let ended: ExecutionStatus | undefined
  let question: InputQuestion | undefined

  const start = (at?: number) => {
    if (isStarted) return
    isStarted = true
    shown.start(at)
    parts.displays.forget(shown.cell)
    shown.clearOutput().then(undefined, parts.failed)
  }

  const ask = (output: CellOutput & { kind: 'input' }) => {
    question?.close()
    question = askForInput(parts, executionId, output)
  }

  const apply = async (record: JournalRecord): Promise<void> => {
    // Output may come behind a question that was said before it: the kernel has a channel for each.
    if (record.kind === 'answered' || record.kind === 'ended') question?.close()
    if (record.kind === 'started') start(record.at)
    if (record.kind === 'output') {
      start()
      if (record.output.kind === 'input') ask(record.output)
      else writer.add(record.output)
    }
    if (record.kind === 'ended') await end(record.status, record.at, record.executionCount, record.reason)
  }

  const end = async (
    status: ExecutionStatus,
    at: number | undefined,
    executionCount: number | undefined,
    reason?: string,
  ) => {
    if (status === 'lost') writer.add(await explainLoss(await parts.connect(), kernelId, reason))
    if (!isStarted) shown.start()
    writer.flush()
    if (executionCount !== undefined) shown.executionOrder = executionCount
    shown.end(status === 'aborted' ? undefined : status === 'ok', status === 'aborted' ? undefined : at)
    ended = status
  }

  const onDropped = () => {
    start()
    const text = localize('Earlier output is not kept any more: a kernel keeps the last gigabyte of what it has said.')
    writer.add({ kind: 'stream', name: 'stderr', text: `${text}\n` })
  }

  for (let after = execution.firstSeq - 1; ;) {
    try {
      const client = await parts.connect()
      for await (const record of followExecution(client, kernelId, execution, { after, signal, onDropped })) {
        await apply(record)
        after = record.seq
      }
      // Its end is not kept any more, but known.
      if (ended === undefined) await end(execution.status, execution.endedAt, execution.executionCount)
      return ended ?? execution.status
    } catch (error) {
      if (!signal.aborted && error instanceof RunwrightError && error.code === 'CANCELLED') continue
      question?.close()
      if (signal.aborted) return undefined
      throw error
    }
  }
}

async function explainLoss(client: Client, kernelId: KernelId, reason: string | undefined) {
  const { kernel } = await client.call('kernels/get', { kernelId })
  const text = reason ?? kernel.reason ?? localize('Its kernel was restarted while the cell ran.')
  return { kind: 'error', name: localize('Kernel ended'), message: text, traceback: [text] } as const
}

/** Ends an execution that cannot be followed, with what went wrong in its cell. */
export function failExecution(
  { NotebookCellOutput, NotebookCellOutputItem }: CommandContext['vscode'],
  shown: vscode.NotebookCellExecution,
  error: unknown,
): void {
  const item = NotebookCellOutputItem.error(describeFailure(error))
  try {
    shown.start()
  } catch {
    // It had begun.
  }
  void shown.appendOutput(new NotebookCellOutput([item]))
  shown.end(false)
}

function describeFailure(error: unknown): Error {
  if (isGone(error)) {
    return { name: localize('Kernel ended'), message: localize('Its kernel was stopped while the cell ran.') }
  }
  const { text, hint } = describeError(error)
  const name = error instanceof RunwrightError ? error.code : 'Error'
  return { name, message: hint === undefined ? text : `${text} ${hint}` }
}

/** A kernel that was stopped takes its journal with it. */
export function isGone(error: unknown): boolean {
  return error instanceof RunwrightError && error.code === 'RESOURCE_DOES_NOT_EXIST'
}
