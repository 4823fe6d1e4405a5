import * as vscode from 'vscode'
import type { DataFeed } from './data-feed.ts'
import { findMeaning } from './tracked-paths.ts'

/** Files that are written together are one change. */
const settleMs = 300

/**
 * Reads the status again when files change that have to do with data: `.dvc` files, settings, what is tracked, and the
 * commit that is checked out. One watcher for each workspace folder, which VS Code has anyway.
 */
export function watchData(feed: DataFeed, failed: (error: unknown) => void): vscode.Disposable {
  /** Roots whose status, or `all` whose repositories, are to be read. */
  const waiting = new Set<string | typeof all>()
  let timer: NodeJS.Timeout | undefined

  const flush = () => {
    timer = undefined
    const roots = [...waiting]
    waiting.clear()
    const reading = roots.includes(all)
      ? feed.reload()
      : Promise.all(roots.flatMap((root) => (root === all ? [] : [feed.refresh(root)])))
    reading.catch(failed)
  }
  const wait = (what: string | typeof all) => {
    waiting.add(what)
    timer ??= setTimeout(flush, settleMs)
  }
  const seen = ({ fsPath }: vscode.Uri) => {
    const states = feed.list() ?? []
    for (const { root, status } of states) {
      const meaning = findMeaning(root, status, fsPath)
      if (meaning === 'status') wait(root)
      if (meaning === 'repositories') wait(all)
    }
    // The first repository of a folder, and one that was taken away.
    if (/[\\/]\.dvc([\\/]config)?$/.test(fsPath) && !states.some(({ root }) => fsPath.startsWith(root))) wait(all)
  }

  const watchers = new Map<string, vscode.Disposable>()
  const watchFolders = () => {
    const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file')
    for (const [name, watcher] of watchers) {
      if (folders.some(({ uri }) => String(uri) === name)) continue
      watcher.dispose()
      watchers.delete(name)
    }
    for (const folder of folders) {
      if (watchers.has(String(folder.uri))) continue
      const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, '**'))
      const listening = [watcher.onDidChange(seen), watcher.onDidCreate(seen), watcher.onDidDelete(seen)]
      watchers.set(String(folder.uri), vscode.Disposable.from(watcher, ...listening))
    }
  }
  watchFolders()

  return vscode.Disposable.from(
    vscode.workspace.onDidChangeWorkspaceFolders(() => {
      watchFolders()
      wait(all)
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => wait(all)),
    {
      dispose() {
        clearTimeout(timer)
        for (const watcher of watchers.values()) watcher.dispose()
      },
    },
  )
}

const all = Symbol('all repositories')
