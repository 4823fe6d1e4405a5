import { basename } from 'node:path'
import * as vscode from 'vscode'

/** A program that writes a file changes it several times in a row. */
const settleMs = 300

/** Tells of changes of a file for as long as a panel is open. */
export function watchFile(uri: vscode.Uri, panel: vscode.WebviewPanel, changed: () => void): void {
  const pattern = new vscode.RelativePattern(vscode.Uri.joinPath(uri, '..'), basename(uri.fsPath))
  const watcher = vscode.workspace.createFileSystemWatcher(pattern)
  let timer: NodeJS.Timeout | undefined
  const wait = () => {
    clearTimeout(timer)
    timer = setTimeout(changed, settleMs)
  }
  const listening = vscode.Disposable.from(watcher, watcher.onDidChange(wait), watcher.onDidCreate(wait))
  panel.onDidDispose(() => {
    clearTimeout(timer)
    listening.dispose()
  })
}
