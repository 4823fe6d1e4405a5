import { findConnectionId } from './connections/elements.ts'
import type { Connection } from './connections/connections.ts'
import type { Place } from './connections/place.ts'
import type { CommandContext } from './context.ts'

/**
 * The connection a command is for: the only one there is, else the one of the selected element, else the one the user
 * picks. Undefined when there is none, or the user picks none.
 */
export async function chooseConnection(
  { vscode, connections, explorer }: CommandContext,
  kind: Place['kind'] | 'any',
  title: string,
): Promise<Connection | undefined> {
  const fitting = connections.list().filter(({ place }) => kind === 'any' || place.kind === kind)
  if (fitting.length < 2) return fitting[0]
  const [selected] = explorer.selection()
  const ofSelected = selected && fitting.find(({ id }) => id === findConnectionId(selected))
  if (ofSelected) return ofSelected
  const choices = fitting.map((connection) => ({ label: connection.place.label, connection }))
  return (await vscode.window.showQuickPick(choices, { title }))?.connection
}

/** As `chooseConnection`; where nothing is shown yet, tracking starts in a workspace folder. */
export async function chooseOrStartConnection(context: CommandContext, title: string): Promise<Connection | undefined> {
  const { vscode, connections, useFolder } = context
  if (connections.list().length > 0) return chooseConnection(context, 'any', title)
  const folders = vscode.workspace.workspaceFolders ?? []
  const folder = folders.length > 1 ? await vscode.window.showWorkspaceFolderPick() : folders[0]
  if (folder === undefined) return undefined
  useFolder(folder)
  return connections.list().find(({ place }) => place.kind === 'folder' && place.path === folder.uri.fsPath)
}
