import type * as vscode from 'vscode'
import { isRecord } from '../../protocol/json.ts'
import type { CommandContext } from '../context.ts'
import { findFileCommand } from '../interpreter.ts'
import { localize } from '../localize.ts'
import { askForSecrets } from './ask-for-secrets.ts'
import { loadLaunchChoices } from './launch-choices.ts'
import { askForLaunch } from './launch-form.ts'
import { launchJob } from './launch-job.ts'
import { type LaunchSettings, newLaunchSettings, parseLaunchSettings } from './launch-settings.ts'

/**
 * Asks how a file is to be trained, launches that as a job, and shows its page. Nothing is left when the form is.
 *
 * @param given what VS Code passes: the file of an explorer's menu, a notebook's editor, or nothing
 */
export async function trainFile(context: CommandContext, given: unknown): Promise<void> {
  const { vscode, memory } = context
  const uri = findFile(vscode, given)
  const folder = uri && vscode.workspace.getWorkspaceFolder(uri)
  if (uri === undefined || folder === undefined) {
    const text = localize('Open a script or notebook of a workspace folder first.')
    return void vscode.window.showWarningMessage(text)
  }
  const file = vscode.workspace.asRelativePath(uri, false)
  const key = `launch/${uri.toString()}`
  const choices = await loadLaunchChoices(folder.uri.fsPath, await findClient(context, folder))
  const python = vscode.workspace.getConfiguration('runwright', folder).get<string>('pythonPath', '')
  const fresh = newLaunchSettings(await findFileCommand(file, folder.uri.fsPath, python))
  const settings = await askForLaunch(
    context,
    localize('Train {file}', { file }),
    parseLaunchSettings(memory.get(key), fresh),
    choices,
  )
  if (settings === undefined) return
  const ofProfile = choices.profiles[settings.profile]?.secrets ?? []
  const names = [...new Set([...ofProfile, ...settings.secrets])]
  const secrets = await askForSecrets(context, folder.uri.fsPath, names, {
    token: choices.tokenVariables.get(settings.target),
  })
  if (secrets === undefined) return
  await save(vscode, uri)
  await memory.update(key, settings)
  await launchAndShow(context, folder, settings, secrets)
}

function findFile(
  { Uri, window }: Pick<CommandContext['vscode'], 'Uri' | 'window'>,
  given: unknown,
): vscode.Uri | undefined {
  if (given instanceof Uri) return given
  const editor = isRecord(given) ? given['notebookEditor'] : undefined
  const ofToolbar = isRecord(editor) ? editor['notebookUri'] : undefined
  if (ofToolbar instanceof Uri) return ofToolbar
  return window.activeNotebookEditor?.notebook.uri ?? window.activeTextEditor?.document.uri
}

/** The client of the folder's engine, if there is one already. */
async function findClient({ connections }: CommandContext, folder: vscode.WorkspaceFolder) {
  const connection = findConnection(connections, folder)
  return connection && connections.client(connection.id)
}

/** The connection of a workspace folder, if it has one. */
export function findConnection(
  connections: Pick<CommandContext['connections'], 'list'>,
  { uri }: Pick<vscode.WorkspaceFolder, 'uri'>,
) {
  return connections.list().find(({ place }) => place.kind === 'folder' && place.path === uri.fsPath)
}

async function save({ workspace }: CommandContext['vscode'], uri: vscode.Uri): Promise<void> {
  const isSame = (document: { readonly uri: vscode.Uri }) => document.uri.toString() === uri.toString()
  await workspace.textDocuments.find(isSame)?.save()
  await workspace.notebookDocuments.find(isSame)?.save()
}

async function launchAndShow(
  context: CommandContext,
  folder: vscode.WorkspaceFolder,
  settings: LaunchSettings,
  secrets: Readonly<Record<string, string>>,
): Promise<void> {
  const { vscode, connections, jobPages, useFolder } = context
  const progress = { location: vscode.ProgressLocation.Window, title: localize('Launching') }
  const jobId = await vscode.window.withProgress(progress, () =>
    launchJob(context, folder.uri.fsPath, settings, secrets),
  )
  useFolder(folder)
  const connection = findConnection(connections, folder)
  if (connection === undefined) return
  const client = await connections.client(connection.id)
  jobPages.open(connection.id, (await client.call('jobs/get', { jobId })).job)
}
