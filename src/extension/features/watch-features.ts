import * as vscode from 'vscode'

/** A build writes several files. */
const settleMs = 300

/** What a change of tells that feature sets, or versions of them, are others. */
const watched = ['runwright.yaml', '.runwright/features/*/*/statistics.json']

/** Calls back after a change of any workspace folder's declarations or versions. */
export function watchFeatures(changed: () => void): vscode.Disposable {
  let timer: NodeJS.Timeout | undefined
  let watchers: readonly vscode.Disposable[] = []
  const wait = () => {
    timer ??= setTimeout(() => {
      timer = undefined
      changed()
    }, settleMs)
  }
  const watchFolders = () => {
    for (const watcher of watchers) watcher.dispose()
    const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file')
    watchers = folders.flatMap((folder) =>
      watched.flatMap((pattern) => {
        const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, pattern))
        return [watcher, watcher.onDidChange(wait), watcher.onDidCreate(wait), watcher.onDidDelete(wait)]
      }),
    )
  }
  watchFolders()
  return vscode.Disposable.from(
    vscode.workspace.onDidChangeWorkspaceFolders(() => {
      watchFolders()
      wait()
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(wait),
    {
      dispose() {
        clearTimeout(timer)
        for (const watcher of watchers) watcher.dispose()
      },
    },
  )
}
