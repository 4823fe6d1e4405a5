import type { LoggedTable } from '../../../src/protocol/logged-table.ts'
import { element } from '../../shared/dom.ts'
import { text } from '../../shared/texts.ts'
import type { ArtifactBody, CellParts, Version } from './cell-parts.ts'
import { createErrorNote } from './error-note.ts'
import { shownRows, toCellText } from './table-body.ts'
import { diffTables, type RowPair, type TableDiff } from './table-diff.ts'
import { createTableGrid } from './table-grid.ts'

/** The rows in which two runs' tables differ. */
export function createTableDiffBody({ host }: CellParts, [left, right]: readonly [Version, Version]): ArtifactBody {
  const holder = element('div', { class: 'artifact-table' })
  const giveUp = new AbortController()
  const load = ({ artifact: { runId, path } }: Version) =>
    host.call('artifacts/table', { runId, path, limit: shownRows }, giveUp.signal)

  function show(tables: readonly [LoggedTable, LoggedTable]): void {
    const diff = diffTables(...tables)
    const rows = diff.rows.filter(({ change }) => change !== 'same')
    const note = element('p', { class: 'artifact-note', role: 'status' }, summarize(diff, tables))
    if (rows.length === 0) return holder.replaceChildren(note)
    const names = { left: left.run.name, right: right.run.name }
    const grid = createTableGrid({
      id: 'table-diff',
      label: text('artifacts.tableDiff', { key: left.artifact.key, ...names }),
      headers: [text('artifacts.change'), ...diff.names],
      rowCount: rows.length,
      hasImages: false,
      toText: (row, column) => toDiffText(tables, diff, rows[row], column),
      toClass(row, column) {
        const pair = rows[row]
        return pair === undefined || (pair.change === 'changed' && !pair.changed.includes(column - 1))
          ? ''
          : pair.change
      },
    })
    holder.replaceChildren(grid, note)
  }

  Promise.all([load(left), load(right)]).then(show, (error: unknown) => {
    if (!giveUp.signal.aborted) holder.replaceChildren(createErrorNote(error))
  })
  return { element: holder, dispose: () => giveUp.abort() }
}

function toDiffText(
  [left, right]: readonly [LoggedTable, LoggedTable],
  { names }: TableDiff,
  pair: RowPair | undefined,
  column: number,
): string {
  if (pair === undefined) return ''
  if (column === 0) return text(`artifacts.change.${pair.change}`)
  const name = names[column - 1]
  const read = (table: LoggedTable, row: number | undefined) =>
    row === undefined
      ? ''
      : toCellText(
          table.columns.find((found) => found.name === name),
          row,
        )
  const [before, after] = [read(left, pair.left), read(right, pair.right)]
  if (pair.change !== 'changed') return pair.change === 'added' ? after : before
  return pair.changed.includes(column - 1) ? `${before || '–'} → ${after || '–'}` : before
}

function summarize(diff: TableDiff, tables: readonly LoggedTable[]): string {
  const count = (change: RowPair['change']) => diff.rows.filter((row) => row.change === change).length
  const [changed, added, removed] = [count('changed'), count('added'), count('removed')]
  const how =
    diff.key === undefined ? text('artifacts.pairedByPlace') : text('artifacts.pairedBy', { column: diff.key })
  const isCut = tables.some(({ columns, rowCount }) => (columns[0]?.values.length ?? 0) < rowCount)
  const cut = isCut ? text('artifacts.diffCut', { count: shownRows }) : ''
  const counts =
    changed + added + removed === 0
      ? text('artifacts.diffNone')
      : text('artifacts.diffCounts', { changed, added, removed })
  return [counts, how, cut].filter((part) => part !== '').join(' ')
}
