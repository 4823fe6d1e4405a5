import type { CellOutput } from '../../protocol/cell-outputs.ts'
import type { Client } from '../../protocol/client.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import type { ExecutionId, KernelId } from '../../protocol/kernels.ts'
import type { CommandContext } from '../context.ts'
import { localize } from '../localize.ts'

/** A question of a cell's that is or will be on the screen. */
export interface InputQuestion {
  /** Takes it from the screen: it is not asked any more. */
  close(): void
}

interface InputParts {
  readonly vscode: Pick<CommandContext['vscode'], 'window' | 'CancellationTokenSource'>
  connect(): Promise<Pick<Client, 'call'>>
  readonly kernelId: KernelId
  failed(error: unknown): void
}

/** Long enough to read on: what follows in the journal says that the question was answered long ago. */
const settleMs = 100

/** Asks what a cell asks, and interrupts the cell when nobody wants to answer. */
export function askForInput(
  parts: InputParts,
  executionId: ExecutionId,
  { prompt, isPassword }: Extract<CellOutput, { kind: 'input' }>,
): InputQuestion {
  const { vscode, kernelId, failed } = parts
  const closing = new vscode.CancellationTokenSource()

  const ask = async (): Promise<void> => {
    const options = {
      title: localize('A cell asks for input'),
      prompt,
      password: isPassword,
      placeHolder: localize('Enter answers; Escape interrupts the cell'),
      ignoreFocusOut: true,
    }
    const value = await vscode.window.showInputBox(options, closing.token)
    if (closing.token.isCancellationRequested) return
    const client = await parts.connect()
    if (value === undefined) await client.call('kernels/interrupt', { kernelId })
    else await client.call('kernels/input', { kernelId, executionId, value })
  }

  const timer = setTimeout(() => {
    ask().catch((error: unknown) => {
      // Another window has answered it.
      if (error instanceof RunwrightError && error.code === 'INVALID_STATE') return
      failed(error)
    })
  }, settleMs)

  return {
    close() {
      clearTimeout(timer)
      closing.cancel()
    },
  }
}
