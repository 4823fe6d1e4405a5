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
