import { basename, dirname, join, resolve } from 'node:path'
import { restoreCode, type RestoreTarget } from '../../client/restore-code.ts'
import { loadRunCode, type RunCode } from '../../client/run-code.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import { findFolder } from '../connections/find-folder.ts'
import type { CommandContext } from '../context.ts'
import type { RunAddress } from './run-address.ts'

/**
 * Asks where to, and restores the code of a run there.
 *
 * @throws PERMISSION_DENIED in a workspace that is not trusted, and what `restoreCode` throws
 */
export async function restoreRunCode(context: CommandContext, { connectionId, runId }: RunAddress): Promise<void> {
  const { vscode, connections } = context
  if (!vscode.workspace.isTrusted) {
    throw new RunwrightError('PERMISSION_DENIED', 'Code is restored in trusted workspaces only.', {
      hint: 'Trust this workspace, and try again.',
    })
  }
  const folder = findFolder(connections, connectionId) ?? vscode.workspace.workspaceFolders?.[0]?.uri.fsPath
  if (folder === undefined) {
    throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', 'Open the folder of the repository to restore code.')
  }
  const code = await loadRunCode(await connections.client(connectionId), runId, folder)
  const target = await askForTarget(context, code)
  if (target === undefined) return
  const { isPatched } = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: `Restoring the code of “${code.runName}”…` },
    () => restoreCode(code, target, process.env),
  )
  // The command has ended, whenever the message is read.
  showRestored(context, code, target, isPatched).catch((error: unknown) => context.log.error('Restored code:', error))
}

async function askForTarget({ vscode }: CommandContext, { runName, folder }: RunCode) {
  const title = `Restore the Code of “${runName}”`
  const kinds: readonly { label: string; detail: string; into: RestoreTarget['kind'] }[] = [
    {
      label: 'New Worktree…',
      detail: 'A second working copy beside this one, with the uncommitted changes uncommitted',
      into: 'worktree',
    },
    { label: 'New Branch…', detail: 'The uncommitted changes become a commit; nothing is checked out', into: 'branch' },
  ]
  const chosen = await vscode.window.showQuickPick(kinds, { title, placeHolder: 'Your working copy stays as it is' })
  if (chosen === undefined) return undefined
  const name = toName(runName)
  const isBranch = chosen.into === 'branch'
  const text = await vscode.window.showInputBox({
    title,
    prompt: isBranch ? 'Name of the new branch' : 'Folder of the new worktree',
    value: isBranch ? `runs/${name}` : join(dirname(folder), `${basename(folder)}-${name}`),
    validateInput: (typed) => (typed.trim() === '' ? 'Give a name.' : undefined),
  })
  if (text === undefined) return undefined
  return isBranch
    ? ({ kind: 'branch', name: text.trim() } as const)
    : ({ kind: 'worktree', folder: resolve(folder, text.trim()) } as const)
}

/** A run's name as a part of a branch's or a folder's. */
function toName(runName: string): string {
  const name = runName.replaceAll(/[^\p{L}\p{N}_-]+/gu, '-').replaceAll(/^-+|-+$/g, '')
  return name === '' ? 'run' : name
}

async function showRestored(
  { vscode }: CommandContext,
  { runName, isPatchMissing }: RunCode,
  target: RestoreTarget,
  isPatched: boolean,
): Promise<void> {
  const where = target.kind === 'branch' ? `branch “${target.name}”` : target.folder
  const what = isPatched ? ' with its uncommitted changes' : ''
  const warning = ' Its uncommitted changes were too large to be recorded: only the commit is there.'
  const text = `Restored the code of “${runName}”${what} into ${where}.${isPatchMissing ? warning : ''}`
  const open = 'Open in New Window'
  const show = isPatchMissing ? vscode.window.showWarningMessage : vscode.window.showInformationMessage
  const answer = await show(text, ...(target.kind === 'worktree' ? [open] : []))
  if (answer !== open || target.kind !== 'worktree') return
  const options = { forceNewWindow: true }
  await vscode.commands.executeCommand('vscode.openFolder', vscode.Uri.file(target.folder), options)
}
