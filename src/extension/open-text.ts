import type { CommandContext } from './context.ts'

/** Shows a text that is too long for a message in an editor of its own. */
export async function openText(
  { workspace, window }: Pick<CommandContext['vscode'], 'workspace' | 'window'>,
  content: string,
): Promise<void> {
  await window.showTextDocument(await workspace.openTextDocument({ content, language: 'plaintext' }))
}
