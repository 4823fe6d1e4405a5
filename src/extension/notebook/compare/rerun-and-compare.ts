import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type * as vscode from 'vscode'
import { compareCell, type ComparedCell, type ShownCell } from '../../../client/compare-outputs.ts'
import type { ExecutionStatus } from '../../../protocol/kernels.ts'
import type { CommandContext } from '../../context.ts'
import { localize } from '../../localize.ts'
import { toFileOutput } from './to-file-output.ts'

export interface RerunParts {
  readonly vscode: CommandContext['vscode']
  /** Absolute; what was shown before and after is written there. */
  readonly folder: string
  restart(): Promise<void>
  /** Runs cells and resolves to how each ended; undefined for those that were not shown to their ends. */
  run(cells: readonly vscode.NotebookCell[]): Promise<readonly (ExecutionStatus | undefined)[]>
}

/** Runs a whole notebook in a fresh kernel, and tells which cells show something else than they did. */
export async function rerunAndCompare(parts: RerunParts, notebook: vscode.NotebookDocument): Promise<void> {
  const cells = notebook
    .getCells()
    .filter(({ kind, document }) => kind === parts.vscode.NotebookCellKind.Code && document.getText().trim() !== '')
  const before = cells.map((cell) => ({ ...toShownCell(cell), endedAt: cell.executionSummary?.timing?.endTime }))
  await parts.restart()
  const statuses = await parts.run(cells)
  const hasRun = (at: number) => statuses[at] === 'ok' || statuses[at] === 'error' || statuses[at] === 'lost'
  // What was asked of VS Code comes back to us a moment later.
  await until(parts.vscode, notebook, () =>
    cells.every(({ executionSummary }, at) => {
      const endedAt = executionSummary?.timing?.endTime
      return !hasRun(at) || (endedAt !== undefined && endedAt !== before[at]?.endedAt)
    }),
  )
  if (notebook.isClosed) return
  const compared = cells.map((cell, at) => {
    return compareCell(cell.index, before[at] ?? {}, hasRun(at) ? toShownCell(cell) : undefined)
  })
  await tell(parts, notebook, compared)
}

function toShownCell({ outputs, executionSummary }: vscode.NotebookCell): ShownCell {
  return { outputs: outputs.map(toFileOutput), execution_count: executionSummary?.executionOrder ?? null }
}

function until(
  { workspace, Disposable }: CommandContext['vscode'],
  notebook: vscode.NotebookDocument,
  isSo: () => boolean,
): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (!notebook.isClosed && !isSo()) return
      listening.dispose()
      resolve()
    }
    const listening = Disposable.from(
      workspace.onDidChangeNotebookDocument(look),
      workspace.onDidCloseNotebookDocument(look),
    )
    look()
  })
}

async function tell(
  parts: RerunParts,
  notebook: vscode.NotebookDocument,
  compared: readonly ComparedCell[],
): Promise<void> {
  const { window, commands } = parts.vscode
  const changed = compared.filter(({ change }) => change === 'changed')
  const show = localize('Show Changes')
  const answer = await window.showInformationMessage(describe(compared), ...(changed.length > 0 ? [show] : []))
  if (answer !== show) return
  const resources = await writeChanges(parts, changed)
  const name = notebook.uri.path.split('/').at(-1) ?? ''
  await commands.executeCommand('vscode.changes', localize('Outputs of {name}: before ↔ now', { name }), resources)
}

function describe(compared: readonly ComparedCell[]): string {
  const count = (change: ComparedCell['change']) => compared.filter((each) => each.change === change).length
  const [total, changed, fresh, left] = [compared.length, count('changed'), count('new'), count('not-run')]
  const sentences = [
    changed === 0 && left === 0 && fresh === 0
      ? localize('All cells show what they showed before: {total}.', { total })
      : localize('Cells that show something else than before: {changed} of {total}.', { changed, total }),
    ...(fresh > 0 ? [localize('Not run before: {count}.', { count: fresh })] : []),
    ...(left > 0 ? [localize('Not run, since a cell before them failed: {count}.', { count: left })] : []),
  ]
  return sentences.join(' ')
}

/** Each changed cell as two files, as VS Code compares them. */
async function writeChanges({ vscode, folder }: RerunParts, changed: readonly ComparedCell[]): Promise<vscode.Uri[][]> {
  await rm(folder, { recursive: true, force: true })
  const sides = { before: join(folder, 'before'), after: join(folder, 'now') }
  for (const side of Object.values(sides)) await mkdir(side, { recursive: true })
  const resources: vscode.Uri[][] = []
  for (const cell of changed) {
    const name = `cell ${cell.index + 1}.txt`
    await writeFile(join(sides.before, name), cell.before)
    await writeFile(join(sides.after, name), cell.after)
    const [before, after] = [join(sides.before, name), join(sides.after, name)].map((path) => vscode.Uri.file(path))
    if (before !== undefined && after !== undefined) resources.push([after, before, after])
  }
  return resources
}
