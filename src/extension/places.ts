import * as vscode from 'vscode'
import { toServerPlace, type Place } from './connections/place.ts'
import type { Servers } from './context.ts'

/** In a folder that has been used; its engine can be started. */
const storeFile = '.runwright/store.db'

export interface Places extends vscode.Disposable {
  /** Takes a folder as used from now on. */
  use(folder: vscode.WorkspaceFolder): void
}

/**
 * Watches what the view is to show: every trusted workspace folder that has been used, and every server of the
 * settings. A folder becomes used when somebody, a terminal for instance, starts its engine.
 */
export function watchPlaces(servers: Servers, changed: (places: readonly Place[]) => void): Places {
  const used = new Set<string>()
  const watchers = new Map<string, vscode.Disposable>()

  const publish = () => {
    if (!vscode.workspace.isTrusted) return changed([])
    const folders = localFolders().filter(({ uri }) => used.has(uri.fsPath))
    changed([
      ...folders.map(({ name, uri }): Place => ({ kind: 'folder', label: name, path: uri.fsPath })),
      ...servers.list().map(toServerPlace),
    ])
  }

  const use = (folder: vscode.WorkspaceFolder) => {
    if (used.has(folder.uri.fsPath)) return
    used.add(folder.uri.fsPath)
    publish()
  }

  const useIfItHasStore = async (folder: vscode.WorkspaceFolder) => {
    try {
      await vscode.workspace.fs.stat(vscode.Uri.joinPath(folder.uri, storeFile))
      use(folder)
    } catch {
      // The folder has not been used yet; the watcher tells when it is.
    }
  }

  const watch = (folder: vscode.WorkspaceFolder) => {
    const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, storeFile), false, true)
    watcher.onDidCreate(() => use(folder))
    watchers.set(folder.uri.toString(), watcher)
    void useIfItHasStore(folder)
  }

  const unwatch = (folder: vscode.WorkspaceFolder) => {
    watchers.get(folder.uri.toString())?.dispose()
    watchers.delete(folder.uri.toString())
    used.delete(folder.uri.fsPath)
  }

  const start = () => {
    for (const folder of localFolders()) watch(folder)
    publish()
  }

  const subscriptions = vscode.Disposable.from(
    vscode.workspace.onDidGrantWorkspaceTrust(start),
    vscode.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
      removed.forEach(unwatch)
      if (vscode.workspace.isTrusted) added.filter(isLocal).forEach(watch)
      publish()
    }),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('runwright.servers')) publish()
    }),
  )
  if (vscode.workspace.isTrusted) start()

  return {
    use,
    dispose() {
      subscriptions.dispose()
      for (const watcher of watchers.values()) watcher.dispose()
    },
  }
}

function isLocal({ uri }: vscode.WorkspaceFolder): boolean {
  return uri.scheme === 'file'
}

function localFolders(): readonly vscode.WorkspaceFolder[] {
  return (vscode.workspace.workspaceFolders ?? []).filter(isLocal)
}
