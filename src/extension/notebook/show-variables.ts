import { randomBytes } from 'node:crypto'
import type * as vscode from 'vscode'
import { newExecutionId } from '../../client/kernel-ids.ts'
import { describeVariable, type KernelVariable, listVariables } from '../../client/kernel-variables.ts'
import { formatSize } from '../../protocol/quantities.ts'
import type { CommandContext } from '../context.ts'
import { localize } from '../localize.ts'
import { openText } from '../open-text.ts'

type Item = vscode.QuickPickItem & { readonly variable?: KernelVariable }

/** Lists what a notebook's kernel has in memory, to be searched by name and type; one that is chosen shows its value. */
export async function showVariables(
  { vscode, notebooks }: Pick<CommandContext, 'vscode' | 'notebooks'>,
  notebook: vscode.NotebookDocument,
): Promise<void> {
  const kernel = await notebooks.findKernel(notebook)
  if (kernel === undefined) {
    return void vscode.window.showInformationMessage(localize('The notebook has no kernel yet: run a cell first.'))
  }
  const variables = await listVariables(kernel.client, kernel.kernelId, newExecutionId({ randomBytes }))
  const items = variables.map(toItem)
  const none: Item = { label: localize('It has no variables.') }
  const picked = await vscode.window.showQuickPick<Item>(items.length > 0 ? items : [none], {
    title: localize('Variables'),
    placeHolder: localize('Search by name and type'),
    matchOnDescription: true,
  })
  if (picked?.variable !== undefined && picked.variable.preview !== '') await openText(vscode, picked.variable.preview)
}

function toItem(variable: KernelVariable): Item {
  const { name, sizeBytes, preview } = variable
  const size = sizeBytes === undefined ? [] : [formatSize(sizeBytes)]
  const [first = ''] = preview.split('\n')
  return { label: name, description: [describeVariable(variable), ...size].join(' · '), detail: first, variable }
}
