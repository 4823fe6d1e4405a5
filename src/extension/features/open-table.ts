import type { CommandContext } from '../context.ts'
import { tablePreviewType } from '../contributions.ts'

/** Shows the first rows of a table, and what each column holds. @param path absolute */
export async function openTable({ vscode }: Pick<CommandContext, 'vscode'>, path: string): Promise<void> {
  await vscode.commands.executeCommand('vscode.openWith', vscode.Uri.file(path), tablePreviewType)
}
