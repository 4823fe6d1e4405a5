import { RunwrightError } from '../../protocol/errors.ts'
import { readLaunch } from '../../protocol/recorded-launch.ts'
import type { Param, Run } from '../../protocol/runs.ts'
import { findFolder } from '../connections/find-folder.ts'
import type { CommandContext } from '../context.ts'
import { startCommandLineTask } from './command-line-task.ts'
import { askForChanges } from './rerun-form.ts'
import type { RunAddress } from './run-address.ts'
import { localize } from '../localize.ts'

/**
 * Starts runs again, each in a terminal of its own, as new runs.
 *
 * @throws INVALID_STATE when a run has no complete record of its command, NOT_IMPLEMENTED for a server's
 */
export async function rerunRuns(context: CommandContext, addresses: readonly RunAddress[]): Promise<void> {
  const runs = await Promise.all(addresses.map((address) => loadRun(context, address)))
  // None is started unless all can be.
  for (const run of runs) readLaunch(run)
  for (const [index, run] of runs.entries()) {
    const { connectionId } = addresses[index] ?? {}
    if (connectionId !== undefined) await startRerun(context, connectionId, run, [])
  }
}

/** Asks for other values of a run's params, and starts it again with them. */
export async function rerunWithChanges(context: CommandContext, address: RunAddress): Promise<void> {
  const run = await loadRun(context, address)
  const changes = await askForChanges(context, run)
  if (changes !== undefined) await startRerun(context, address.connectionId, run, changes)
}

async function loadRun({ connections }: CommandContext, { connectionId, runId }: RunAddress): Promise<Run> {
  const client = await connections.client(connectionId)
  return (await client.call('runs/get', { runId })).run
}

async function startRerun(
  context: CommandContext,
  connectionId: string,
  { runId, name }: Run,
  changes: readonly Param[],
): Promise<void> {
  const { vscode, connections } = context
  const path = findFolder(connections, connectionId)
  const folder = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.fsPath === path)
  if (folder === undefined) {
    throw new RunwrightError(
      'NOT_IMPLEMENTED',
      localize('Run “{name}” is not of a folder that is open here.', { name }),
      {
        hint: localize(
          'Only runs of a workspace folder can be started again: a server has neither their code nor their command.',
        ),
      },
    )
  }
  const params = changes.map(({ key, value }) => `--param=${key}=${value}`)
  await startCommandLineTask(context, folder, localize('Re-run {name}', { name }), ['rerun', runId, ...params])
}
