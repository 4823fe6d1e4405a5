import { isAbsolute, join, normalize } from 'node:path'
import { RunwrightError } from '../protocol/errors.ts'
import { findTag } from '../protocol/runs.ts'
import { tagNames } from '../protocol/tag-names.ts'
import type { CommandContext } from './context.ts'
import type { RunElement } from './tree/element.ts'
import { isFile } from './is-file.ts'
import { localize } from './localize.ts'

/**
 * Where a run's source can be, the likeliest first: as it was written, below the folder the command ran in, below each
 * workspace folder. Only absolute, normalised paths.
 */
export function listSourcePaths(
  source: string,
  workingDirectory: string | undefined,
  folders: readonly string[],
): readonly string[] {
  if (isAbsolute(source)) return [normalize(source)]
  const below = (root: string) => [
    ...(workingDirectory === undefined ? [] : [join(root, workingDirectory, source)]),
    join(root, source),
  ]
  const own = workingDirectory !== undefined && isAbsolute(workingDirectory) ? [join(workingDirectory, source)] : []
  return [...new Set([...own, ...folders.flatMap(below)])]
}

/**
 * Opens the file a run was started from, as it is now.
 *
 * @throws RESOURCE_DOES_NOT_EXIST when the run names no file, or none that exists in an open folder
 */
export async function openSource(
  { vscode, connections }: CommandContext,
  { row, experiment }: RunElement,
): Promise<void> {
  const { workspace } = vscode
  const client = await connections.client(experiment.connectionId)
  const { run } = await client.call('runs/get', { runId: row.runId })
  const source = findTag(run, tagNames.sourceName)
  if (source === undefined || source === '') {
    throw new RunwrightError(
      'RESOURCE_DOES_NOT_EXIST',
      localize('Run “{name}” does not say what it was started from.', { name: row.name }),
    )
  }
  const folders = workspace.workspaceFolders?.map(({ uri }) => uri.fsPath) ?? []
  for (const path of listSourcePaths(source, findTag(run, tagNames.workingDirectory), folders)) {
    const uri = vscode.Uri.file(path)
    // A run may come from a server of others: what it names is opened only where the user works anyway.
    if (workspace.getWorkspaceFolder(uri) === undefined || !(await isFile(vscode, uri))) continue
    await vscode.commands.executeCommand('vscode.open', uri)
    return
  }
  throw new RunwrightError(
    'RESOURCE_DOES_NOT_EXIST',
    localize('“{source}” is not in a folder that is open here.', { source }),
    {
      hint: localize('Open the folder that the run was started in.'),
    },
  )
}
