import type * as vscode from 'vscode'
import type { CommandContext } from '../../context.ts'
import { localize } from '../../localize.ts'
import { toCellKey, toNotebookKey } from '../cell-key.ts'
import { notebookType } from '../controllers.ts'
import type { Staleness } from './find-stale.ts'
import type { StaleCells } from './stale-cells.ts'

const runStaleCellsId = 'runwright.runStaleCells'

/** Says below each stale cell that it is, and why. */
export function registerStaleStatus(api: CommandContext['vscode'], staleCells: StaleCells): vscode.Disposable {
  return api.notebooks.registerNotebookCellStatusBarItemProvider(notebookType, {
    onDidChangeCellStatusBarItems: staleCells.onDidChange,
    provideCellStatusBarItems(cell) {
      const key = toCellKey(toNotebookKey(cell.notebook.uri.toString()), cell)
      const staleness = staleCells.of(cell.notebook).get(key)
      if (staleness === undefined) return []
      const text = localize('Stale')
      const reason = describe(staleness, cell.notebook)
      const item = new api.NotebookCellStatusBarItem(`$(history) ${text}`, api.NotebookCellStatusBarAlignment.Left)
      item.tooltip = `${reason}\n${localize('Run all stale cells')}`
      item.command = { command: runStaleCellsId, title: localize('Run all stale cells') }
      item.accessibilityInformation = { label: `${text}. ${reason}`, role: 'button' }
      return [item]
    },
  })
}

function describe(staleness: Staleness, notebook: vscode.NotebookDocument): string {
  if (staleness.kind === 'edited') return localize('Its code has changed since it ran.')
  const { name, key } = staleness
  const cell = findByKey(notebook, key)
  const order = cell?.executionSummary?.executionOrder
  if (order === undefined) return localize('{name} has changed since it ran.', { name })
  const at = `[${order}]`
  return staleness.kind === 'set'
    ? localize('Cell {at} has set {name} again since it ran.', { name, at })
    : localize('Cell {at}, which gives {name}, is stale itself.', { name, at })
}

function findByKey(notebook: vscode.NotebookDocument, key: string): vscode.NotebookCell | undefined {
  const notebookKey = toNotebookKey(notebook.uri.toString())
  return notebook.getCells().find((cell) => toCellKey(notebookKey, cell) === key)
}

/** Runs the stale cells of a notebook from top to bottom. */
export async function runStaleCells(
  { commands, window }: CommandContext['vscode'],
  notebook: vscode.NotebookDocument,
  staleCells: Pick<StaleCells, 'of'>,
): Promise<void> {
  const stale = staleCells.of(notebook)
  const notebookKey = toNotebookKey(notebook.uri.toString())
  const ranges = notebook
    .getCells()
    .filter((cell) => stale.has(toCellKey(notebookKey, cell)))
    .map(({ index }) => ({ start: index, end: index + 1 }))
  if (ranges.length === 0) return void window.showInformationMessage(localize('No cell is stale.'))
  await commands.executeCommand('notebook.cell.execute', { ranges, document: notebook.uri })
}
