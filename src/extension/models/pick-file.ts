import type { CommandContext } from '../context.ts'
import { localize } from '../localize.ts'
import type { FileChoice } from './list-models.ts'

export interface FileQuestion {
  readonly title: string
  readonly placeHolder: string
  readonly choices: readonly FileChoice[]
  /** Of files that are looked for elsewhere, by what they are called. */
  readonly filters: Readonly<Record<string, readonly string[]>>
}

/** Asks for one of some files, or any other of this machine. @returns its absolute path; undefined when none is chosen */
export async function pickFile(
  { vscode }: Pick<CommandContext, 'vscode'>,
  { title, placeHolder, choices, filters }: FileQuestion,
): Promise<string | undefined> {
  const browse = { label: `$(folder-opened) ${localize('Browse…')}`, description: '', path: '' }
  const chosen = await vscode.window.showQuickPick([...choices, browse], {
    title,
    placeHolder,
    matchOnDescription: true,
  })
  if (chosen !== browse) return chosen?.path
  const types = Object.fromEntries(Object.entries(filters).map(([name, endings]) => [name, [...endings]]))
  const [file] = (await vscode.window.showOpenDialog({ title, openLabel: localize('Choose'), filters: types })) ?? []
  return file?.fsPath
}
