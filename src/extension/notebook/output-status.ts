import type * as vscode from 'vscode'
import { isRecord } from '../../protocol/json.ts'
import { type ExecutionId, type KernelId, parseExecutionId, parseKernelId } from '../../protocol/kernels.ts'
import type { CommandContext } from '../context.ts'
import { localize } from '../localize.ts'
import { notebookType } from './controllers.ts'

/** An execution whose output a cell shows a part of. */
export interface CutOutput {
  readonly kernelId: KernelId
  readonly executionId: ExecutionId
}

export const openFullOutputId = 'runwright.openFullOutput'

/** Offers the whole output below each cell that shows a part of it. */
export function registerOutputStatus(api: CommandContext['vscode']): vscode.Disposable {
  return api.notebooks.registerNotebookCellStatusBarItemProvider(notebookType, {
    provideCellStatusBarItems(cell) {
      const cut = findCutOutput(cell.outputs)
      if (cut === undefined) return []
      const text = localize('Open Full Output')
      const item = new api.NotebookCellStatusBarItem(`$(output) ${text}`, api.NotebookCellStatusBarAlignment.Left)
      item.command = { command: openFullOutputId, title: text, arguments: [cell] }
      item.accessibilityInformation = { label: text, role: 'button' }
      return [item]
    },
  })
}

/** As the cell was told when its output was cut. */
export function findCutOutput(
  outputs: readonly { readonly metadata?: Readonly<Record<string, unknown>> | undefined }[],
): CutOutput | undefined {
  for (const { metadata } of outputs) {
    const given = isRecord(metadata?.['metadata']) ? metadata['metadata']['runwright'] : undefined
    if (!isRecord(given)) continue
    const kernelId = parseKernelId(String(given['kernelId']))
    const executionId = parseExecutionId(String(given['executionId']))
    if (kernelId !== undefined && executionId !== undefined) return { kernelId, executionId }
  }
  return undefined
}
