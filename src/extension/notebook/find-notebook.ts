import type * as vscode from 'vscode'
import { isRecord } from '../../protocol/json.ts'
import type { CommandContext } from '../context.ts'
import { notebookType } from './controllers.ts'

/** Whether the active notebook has a kernel of ours, as a clause. */
export const hasOurKernel = 'notebookKernel =~ /^runwright\\.runwright\\//'

/**
 * The notebook that a command is for.
 *
 * @param given what VS Code passes: from a toolbar an object that names the notebook, from the palette nothing
 */
export function findNotebook(
  { window, workspace, Uri }: CommandContext['vscode'],
  given: unknown,
): vscode.NotebookDocument | undefined {
  const editor = isRecord(given) ? given['notebookEditor'] : undefined
  const uri = isRecord(editor) ? editor['notebookUri'] : undefined
  const named = uri instanceof Uri ? workspace.notebookDocuments.find((each) => `${each.uri}` === `${uri}`) : undefined
  const notebook = named ?? window.activeNotebookEditor?.notebook
  return notebook?.notebookType === notebookType ? notebook : undefined
}

/** Whether it is a cell, as the item below one passes it. */
export function isCell(value: unknown): value is vscode.NotebookCell {
  return isRecord(value) && 'outputs' in value && 'notebook' in value && 'document' in value
}
