import type { RunId } from '../../protocol/ids.ts'
import { artifactPaths } from '../../protocol/tag-names.ts'
import type { WebviewAction } from '../../protocol/webview-messages.ts'
import { toArtifactUri } from '../artifact-uri.ts'
import type { CommandContext } from '../context.ts'
import { openArtifact } from '../open-artifact.ts'
import { removeTags, setTag } from '../runs/edit-tags.ts'
import { registerModel } from '../runs/register-model.ts'
import { rerunRuns, rerunWithChanges } from '../runs/rerun-run.ts'
import { restoreRunCode } from '../runs/restore-run-code.ts'
import { countRuns } from '../tree/format.ts'
import { exportTable } from './export-table.ts'
import { offerUndo } from '../undo-deletion.ts'
import { localize } from '../localize.ts'

/** Does for a webview what only the extension can do. */
export async function performAction(
  context: CommandContext,
  connectionId: string,
  action: WebviewAction,
): Promise<void> {
  const addressesOf = (runIds: readonly RunId[]) => runIds.map((runId) => ({ connectionId, runId }))
  switch (action.kind) {
    case 'open-artifact':
      return openRunArtifact(context, connectionId, action.runId, action.path)
    case 'open-log':
      return openRunArtifact(context, connectionId, action.runId, artifactPaths.log)
    case 'copy-run-id':
      return context.vscode.env.clipboard.writeText(action.runId)
    case 'rename-run':
      return renameRun(context, connectionId, action.runId)
    case 'delete-runs':
      return deleteRuns(context, connectionId, action.runIds)
    case 'stop-runs':
      return stopRuns(context, connectionId, action.runIds)
    case 'rerun-runs':
      return rerunRuns(context, addressesOf(action.runIds))
    case 'rerun-with-changes':
      return rerunWithChanges(context, { connectionId, runId: action.runId })
    case 'restore-code':
      return restoreRunCode(context, { connectionId, runId: action.runId })
    case 'open-source':
      return context.code.openSource(connectionId, action.runId)
    case 'set-tag':
      return setTag(context, addressesOf(action.runIds))
    case 'remove-tags':
      return removeTags(context, addressesOf(action.runIds))
    case 'register-model':
      return registerModel(context, { connectionId, runId: action.runId })
    case 'compare-code':
      return context.code.compare(connectionId, action.left, action.right)
    case 'compare-artifacts':
      return compareArtifacts(context, connectionId, action)
    case 'open-text':
      return openText(context, action)
    case 'export-table':
      return exportTable(context, connectionId, action)
    case 'export-file':
      return exportFile(context, connectionId, action)
  }
}

async function findName({ connections }: CommandContext, connectionId: string, runId: RunId): Promise<string> {
  const client = await connections.client(connectionId)
  return (await client.call('runs/get', { runId })).run.name
}

async function openRunArtifact(context: CommandContext, connectionId: string, runId: RunId, path: string) {
  const name = await findName(context, connectionId, runId)
  await openArtifact(context, { row: { runId, name }, experiment: { connectionId } }, path)
}

async function compareArtifacts(
  context: CommandContext,
  connectionId: string,
  { left, right }: WebviewAction & { kind: 'compare-artifacts' },
): Promise<void> {
  const { vscode } = context
  const [before, after] = await Promise.all([left, right].map(({ runId }) => findName(context, connectionId, runId)))
  const [leftUri, rightUri] = [left, right].map((artifact) =>
    vscode.Uri.from(toArtifactUri({ connectionId, ...artifact })),
  )
  const title = `${right.path} (${before} ↔ ${after})`
  await vscode.commands.executeCommand('vscode.diff', leftUri, rightUri, title)
}

async function renameRun(context: CommandContext, connectionId: string, runId: RunId): Promise<void> {
  const before = await findName(context, connectionId, runId)
  const name = await context.vscode.window.showInputBox({
    title: localize('Rename Run'),
    value: before,
    validateInput: (text) => (text.trim() === '' ? localize('A run needs a name.') : undefined),
  })
  if (name === undefined || name === before) return
  const client = await context.connections.client(connectionId)
  await client.call('runs/rename', { runId, name: name.trim() })
}

async function deleteRuns(context: CommandContext, connectionId: string, runIds: readonly RunId[]): Promise<void> {
  const [first] = runIds
  if (first === undefined) return
  const what =
    runIds.length === 1
      ? localize('run “{name}”', { name: await findName(context, connectionId, first) })
      : countRuns(runIds.length)
  const client = await context.connections.client(connectionId)
  await client.call('runs/delete', { runIds })
  offerUndo(context, { connectionId, what, of: { runIds } })
}

async function stopRuns(context: CommandContext, connectionId: string, runIds: readonly RunId[]): Promise<void> {
  const client = await context.connections.client(connectionId)
  const outcomes = await Promise.all(runIds.map((runId) => client.call('runs/stop', { runId })))
  const count = outcomes.filter(({ outcome }) => outcome === 'unsupervised').length
  if (count === 0) return
  const text = localize(
    'Nobody watches the process of {count, plural, one {one of these runs, so it} other {# of these runs, so they}} cannot be stopped from here. Start runs with “runwright run” to stop them from here.',
    { count },
  )
  void context.vscode.window.showWarningMessage(text)
}

async function openText({ vscode }: CommandContext, { language, content }: WebviewAction & { kind: 'open-text' }) {
  const document = await vscode.workspace.openTextDocument({ language, content })
  await vscode.window.showTextDocument(document, { preview: false })
}

async function exportFile(
  { vscode, connections }: CommandContext,
  connectionId: string,
  { fileName, bytes }: WebviewAction & { kind: 'export-file' },
): Promise<void> {
  const place = connections.find(connectionId)?.place
  const folder =
    place?.kind === 'folder' ? vscode.Uri.file(place.path) : vscode.workspace.workspaceFolders?.map(({ uri }) => uri)[0]
  const defaultUri = folder && vscode.Uri.joinPath(folder, fileName)
  const target = await vscode.window.showSaveDialog(defaultUri === undefined ? {} : { defaultUri })
  if (target !== undefined) await vscode.workspace.fs.writeFile(target, bytes)
}
