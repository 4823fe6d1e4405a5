import type { Job } from '../../protocol/jobs.ts'
import type { CommandContext } from '../context.ts'
import { localize } from '../localize.ts'

/** Selects the run of a job in the explorer; where its filter hides it, offers to show all runs. */
export async function openRunOfJob(
  { vscode, explorer }: Pick<CommandContext, 'vscode' | 'explorer'>,
  connectionId: string,
  { runId, experimentId, name }: Pick<Job, 'runId' | 'experimentId' | 'name'>,
): Promise<void> {
  const address = { connectionId, runId, experimentId }
  if (await explorer.reveal(address)) return
  const show = localize('Show All Runs')
  const text = localize('The run “{name}” is not among those shown.', { name })
  if ((await vscode.window.showInformationMessage(text, show)) !== show) return
  await vscode.commands.executeCommand('runwright.showAllRuns')
  await explorer.reveal(address)
}
