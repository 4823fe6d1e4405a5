import { findDebugAddress } from '../../protocol/debugpy.ts'
import type { Job } from '../../protocol/jobs.ts'
import { findFolder } from '../connections/find-folder.ts'
import type { CommandContext } from '../context.ts'
import { localize } from '../localize.ts'

/** Attaches VS Code's Python debugger to a job on this machine whose command listens for one. */
export async function attachDebugger(
  { vscode, connections }: Pick<CommandContext, 'vscode' | 'connections'>,
  connectionId: string,
  { spec, name }: Job,
): Promise<void> {
  const connect = findDebugAddress(spec.command)
  const path = findFolder(connections, connectionId)
  const folder = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.fsPath === path)
  if (connect === undefined || folder === undefined) return
  await vscode.debug.startDebugging(folder, {
    type: 'debugpy',
    request: 'attach',
    name: localize('Job {name}', { name }),
    connect,
    justMyCode: false,
  })
}
