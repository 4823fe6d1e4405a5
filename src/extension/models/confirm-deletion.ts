import type { CommandContext } from '../context.ts'
import { localize } from '../localize.ts'

/** Asks before something goes for good; the registry has no way back, as MLflow's has none. */
export async function confirmDeletion(
  { vscode }: Pick<CommandContext, 'vscode'>,
  question: string,
  detail: string,
): Promise<boolean> {
  const remove = localize('Delete')
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, remove)) === remove
}
