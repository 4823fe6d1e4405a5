import * as vscode from 'vscode'
import type { RepositoryState } from './data-feed.ts'
import { type FileMark, markFiles } from './mark-files.ts'

export interface Decorations extends vscode.Disposable {
  update(repositories: readonly RepositoryState[]): void
}

/** Marks changed, missing and uncached data where VS Code shows files. */
export function openDecorations(): Decorations {
  let marks: ReadonlyMap<string, FileMark> = new Map()
  const changed = new vscode.EventEmitter<vscode.Uri[]>()
  const provider = vscode.window.registerFileDecorationProvider({
    onDidChangeFileDecorations: changed.event,
    provideFileDecoration(uri) {
      const mark = uri.scheme === 'file' ? marks.get(uri.fsPath) : undefined
      if (mark === undefined) return undefined
      const decoration = new vscode.FileDecoration(mark.badge, mark.tooltip, new vscode.ThemeColor(mark.color))
      decoration.propagate = mark.spreads
      return decoration
    },
  })
  return {
    update(repositories) {
      const before = marks
      marks = markFiles(repositories)
      const paths = new Set([...before.keys(), ...marks.keys()])
      const other = [...paths].filter((path) => before.get(path)?.tooltip !== marks.get(path)?.tooltip)
      if (other.length > 0) changed.fire(other.map((path) => vscode.Uri.file(path)))
    },
    dispose: () => vscode.Disposable.from(provider, changed).dispose(),
  }
}
