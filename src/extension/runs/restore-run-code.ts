import { basename, dirname, join, resolve } from 'node:path'
import { restoreCode, type RestoreTarget } from '../../client/restore-code.ts'
import { loadRunCode, type RunCode } from '../../client/run-code.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import { findFolder } from '../connections/find-folder.ts'
import type { CommandContext } from '../context.ts'
import type { RunAddress } from './run-address.ts'
import { localize } from '../localize.ts'

/**
 * Asks where to, and restores the code of a run there.
 *
 * @throws PERMISSION_DENIED in a workspace that is not trusted, and what `restoreCode` throws
 */
export async function restoreRunCode(context: CommandContext, { connectionId, runId }: RunAddress): Promise<void> {
  const { vscode, connections } = context
  if (!vscode.workspace.isTrusted) {
    throw new RunwrightError('PERMISSION_DENIED', localize('Code is restored in trusted workspaces only.'), {
      hint: localize('Trust this workspace, and try again.'),
    })
  }
  const folder = findFolder(connections, connectionId) ?? vscode.workspace.workspaceFolders?.[0]?.uri.fsPath
  if (folder === undefined) {
    throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', localize('Open the folder of the repository to restore code.'))
  }
  const code = await loadRunCode(await connections.client(connectionId), runId, folder)
  const target = await askForTarget(context, code)
  if (target === undefined) return
  const { isPatched } = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: localize('Restoring the code of “{name}”…', { name: code.runName }),
    },
    () => restoreCode(code, target, process.env),
  )
  // The command has ended, whenever the message is read.
  showRestored(context, code, target, isPatched).catch((error: unknown) => context.log.error('Restored code:', error))
}

async function askForTarget({ vscode }: CommandContext, { runName, folder }: RunCode) {
  const title = localize('Restore the Code of “{name}”', { name: runName })
  const kinds: readonly { label: string; detail: string; into: RestoreTarget['kind'] }[] = [
    {
      label: localize('New Worktree…'),
      detail: localize('A second working copy beside this one, with the uncommitted changes uncommitted'),
      into: 'worktree',
    },
    {
      label: localize('New Branch…'),
      detail: localize('The uncommitted changes become a commit; nothing is checked out'),
      into: 'branch',
    },
  ]
  const chosen = await vscode.window.showQuickPick(kinds, {
    title,
    placeHolder: localize('Your working copy stays as it is'),
  })
  if (chosen === undefined) return undefined
  const name = toName(runName)
  const isBranch = chosen.into === 'branch'
  const text = await vscode.window.showInputBox({
    title,
    prompt: isBranch ? localize('Name of the new branch') : localize('Folder of the new worktree'),
    value: isBranch ? `runs/${name}` : join(dirname(folder), `${basename(folder)}-${name}`),
    validateInput: (typed) => (typed.trim() === '' ? localize('Give a name.') : undefined),
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
  const where = target.kind === 'branch' ? localize('branch “{name}”', { name: target.name }) : target.folder
  const values = { name: runName, where }
  const text = isPatched
    ? localize('Restored the code of “{name}” with its uncommitted changes into {where}.', values)
    : localize('Restored the code of “{name}” into {where}.', values)
  const warning = localize('Its uncommitted changes were too large to be recorded: only the commit is there.')
  const open = localize('Open in New Window')
  const show = isPatchMissing ? vscode.window.showWarningMessage : vscode.window.showInformationMessage
  const answer = await show(isPatchMissing ? `${text} ${warning}` : text, ...(target.kind === 'worktree' ? [open] : []))
  if (answer !== open || target.kind !== 'worktree') return
  const options = { forceNewWindow: true }
  await vscode.commands.executeCommand('vscode.openFolder', vscode.Uri.file(target.folder), options)
}
