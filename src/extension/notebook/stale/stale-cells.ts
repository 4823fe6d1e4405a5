import type * as vscode from 'vscode'
import type { KernelId } from '../../../protocol/kernels.ts'
import type { CommandContext } from '../../context.ts'
import { toCellKey, toNotebookKey } from '../cell-key.ts'
import { findStale, type RanCell, type Staleness } from './find-stale.ts'

/** Which cells of open notebooks were changed, or took what has changed, since they ran. */
export interface StaleCells extends vscode.Disposable {
  /** A cell has run. */
  ran(notebook: vscode.NotebookDocument, kernelId: KernelId, cell: RanCell): void
  /** What the kernel had run before this window looked. */
  remember(notebook: vscode.NotebookDocument, kernelId: KernelId, ran: readonly RanCell[]): void
  /** By the cells' keys. */
  of(notebook: vscode.NotebookDocument): ReadonlyMap<string, Staleness>
  readonly onDidChange: vscode.Event<void>
}

interface History {
  readonly kernelId: KernelId
  /** By the cells' keys, those that ran last behind. */
  readonly ran: Map<string, RanCell>
}

/** Someone who types is not shown each letter's consequences. */
const settleMs = 300

export function createStaleCells({ EventEmitter, workspace }: CommandContext['vscode']): StaleCells {
  /** Weakly: a notebook that is closed has none. */
  const histories = new WeakMap<vscode.NotebookDocument, History>()
  const found = new WeakMap<vscode.NotebookDocument, ReadonlyMap<string, Staleness>>()
  const changes = new EventEmitter<void>()
  let timer: NodeJS.Timeout | undefined

  function changed(notebook: vscode.NotebookDocument): void {
    found.delete(notebook)
    clearTimeout(timer)
    timer = setTimeout(() => changes.fire(), settleMs)
  }

  function historyOf(notebook: vscode.NotebookDocument, kernelId: KernelId): History {
    const known = histories.get(notebook)
    if (known?.kernelId === kernelId) return known
    const made = { kernelId, ran: new Map<string, RanCell>() }
    histories.set(notebook, made)
    return made
  }

  const listening = workspace.onDidChangeNotebookDocument(({ notebook, contentChanges, cellChanges }) => {
    const isEdited = contentChanges.length > 0 || cellChanges.some(({ document }) => document !== undefined)
    if (isEdited && histories.has(notebook)) changed(notebook)
  })

  return {
    onDidChange: changes.event,
    ran(notebook, kernelId, cell) {
      const { ran } = historyOf(notebook, kernelId)
      ran.delete(cell.key)
      ran.set(cell.key, cell)
      changed(notebook)
    },
    remember(notebook, kernelId, before) {
      const { ran } = historyOf(notebook, kernelId)
      const since = [...ran.values()]
      for (const cell of [...before, ...since]) {
        ran.delete(cell.key)
        ran.set(cell.key, cell)
      }
      changed(notebook)
    },
    of(notebook) {
      const history = histories.get(notebook)
      if (history === undefined) return new Map()
      const known = found.get(notebook)
      if (known !== undefined) return known
      const notebookKey = toNotebookKey(notebook.uri.toString())
      const codes = new Map(notebook.getCells().map((cell) => [toCellKey(notebookKey, cell), cell.document.getText()]))
      const stale = findStale([...history.ran.values()], codes)
      found.set(notebook, stale)
      return stale
    },
    dispose() {
      clearTimeout(timer)
      listening.dispose()
      changes.dispose()
    },
  }
}
