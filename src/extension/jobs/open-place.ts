import type * as vscode from 'vscode'
import { RunwrightError } from '../../protocol/errors.ts'
import type { Job } from '../../protocol/jobs.ts'
import type { JobPageAction } from '../../protocol/job-page-messages.ts'
import { findFolder } from '../connections/find-folder.ts'
import type { CommandContext } from '../context.ts'
import { isFile } from '../is-file.ts'
import { localize } from '../localize.ts'
import { listPlacePaths } from './place-paths.ts'

/**
 * Opens a file at the line that a job's output names.
 *
 * @throws RESOURCE_DOES_NOT_EXIST when it is not on this machine
 */
export async function openPlace(
  { vscode, connections }: Pick<CommandContext, 'vscode' | 'connections'>,
  connectionId: string,
  { spec }: Job,
  { path, line, column = 1 }: JobPageAction & { kind: 'open-place' },
): Promise<void> {
  const workspace = findFolder(connections, connectionId)
  const uri = workspace && (await findFirst(vscode, listPlacePaths(path, workspace, spec)))
  if (uri === undefined || uri === '') {
    throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', localize('“{path}” is not on this machine.', { path }))
  }
  const start = new vscode.Position(Math.max(0, line - 1), Math.max(0, column - 1))
  await vscode.window.showTextDocument(uri, { selection: new vscode.Range(start, start), preview: true })
}

async function findFirst(code: CommandContext['vscode'], paths: readonly string[]): Promise<vscode.Uri | undefined> {
  for (const path of paths) {
    const uri = code.Uri.file(path)
    if (await isFile(code, uri)) return uri
  }
  return undefined
}
