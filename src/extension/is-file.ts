import type * as vscode from 'vscode'
import type { CommandContext } from './context.ts'

export async function isFile(
  { workspace, FileType }: Pick<CommandContext['vscode'], 'workspace' | 'FileType'>,
  uri: vscode.Uri,
): Promise<boolean> {
  try {
    return ((await workspace.fs.stat(uri)).type & FileType.File) !== 0
  } catch {
    return false
  }
}
