import { RunwrightError } from '../protocol/errors.ts'
import { toArtifactUri } from './artifact-uri.ts'
import type { CommandContext } from './context.ts'
import type { RunElement } from './tree/element.ts'
import { localize } from './localize.ts'

/** As much of a run as names it and its connection. */
interface NamedRun {
  readonly row: Pick<RunElement['row'], 'runId' | 'name'>
  readonly experiment: Pick<RunElement['experiment'], 'connectionId'>
}

/**
 * Opens one artifact of a run in the editor that fits its name.
 *
 * @throws RESOURCE_DOES_NOT_EXIST when the run has no such artifact
 */
export async function openArtifact(
  { vscode, connections }: CommandContext,
  { row, experiment }: NamedRun,
  path: string,
): Promise<void> {
  const { connectionId } = experiment
  const client = await connections.client(connectionId)
  const folder = path.includes('/') ? { path: path.slice(0, path.lastIndexOf('/')) } : {}
  const { entries } = await client.call('artifacts/list', { runId: row.runId, ...folder })
  if (!entries.some((entry) => entry.path === path)) {
    throw new RunwrightError(
      'RESOURCE_DOES_NOT_EXIST',
      localize('Run “{name}” has no artifact “{path}”.', { name: row.name, path }),
      {
        hint: localize('Runs started with “runwright run” keep their output, patch and environment.'),
      },
    )
  }
  const uri = vscode.Uri.from(toArtifactUri({ connectionId, runId: row.runId, path }))
  await vscode.commands.executeCommand('vscode.open', uri)
}
