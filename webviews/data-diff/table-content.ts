import type {
  ColumnDiff,
  ColumnStatistics,
  Distribution,
  RowDiff,
  RowExample,
  TableDiff,
  ValueCounts,
} from '../../src/protocol/data-diff.ts'
import { toNumberText } from '../shared/chart/number-text.ts'
import { element } from '../shared/dom.ts'
import { drawDistribution, greatestCount } from './distribution.ts'
import { type Cell, paragraph, section, table } from '../shared/parts.ts'
import { changed, notes } from './parts.ts'
import { countText, text } from './texts.ts'

/** What changed in a table: its shape, its columns and their values, its rows. */
export function drawTableDiff({ old, new: now, columns, rows, notes: said }: TableDiff): readonly Node[] {
  const shape = (of: TableDiff['old']) => of && text('table.shape', { rows: of.rowCount, columns: of.columnCount })
  return [
    element('p', {}, changed(shape(old), shape(now))),
    ...notes(said),
    ...(rows === undefined ? [] : [drawRows(rows)]),
    section(text('table.columns'), drawColumns(columns)),
  ]
}

function drawColumns(columns: readonly ColumnDiff[]): HTMLElement {
  const titles = [
    { title: text('table.column') },
    { title: text('table.state') },
    { title: text('table.type') },
    { title: text('table.cells'), isNumber: true },
    { title: text('table.empty'), isNumber: true },
    { title: text('table.nonFinite'), isNumber: true },
    { title: text('table.distinct'), isNumber: true },
    { title: text('table.min'), isNumber: true },
    { title: text('table.max'), isNumber: true },
    { title: text('table.mean'), isNumber: true },
    { title: text('table.deviation'), isNumber: true },
    { title: text('table.before') },
    { title: text('table.after') },
  ]
  return table(text('table.columns'), titles, columns.map(drawColumn))
}

function drawColumn({ name, state, old, new: now, changedCells, distribution }: ColumnDiff): readonly Cell[] {
  const both = (read: (side: ColumnStatistics) => string) => changed(old && read(old), now && read(now))
  const charts = distribution === undefined ? ['', ''] : drawPair(name, distribution, old, now)
  return [
    name,
    text(`column.${state}`),
    both(({ type }) => type),
    changedCells === undefined ? '' : countText(changedCells),
    both(({ nullCount }) => countText(nullCount)),
    both(({ nonFiniteCount }) => (nonFiniteCount === 0 ? '' : countText(nonFiniteCount))),
    both(({ distinctCount }) => (distinctCount === null ? '' : countText(distinctCount))),
    both(({ min }) => valueText(min)),
    both(({ max }) => valueText(max)),
    both(({ mean }) => valueText(mean)),
    both(({ standardDeviation }) => valueText(standardDeviation)),
    ...charts,
  ]
}

/** On one scale, so that they can be compared. */
function drawPair(
  name: string,
  distribution: Distribution,
  old: ColumnStatistics | undefined,
  now: ColumnStatistics | undefined,
): readonly Cell[] {
  const side = (counts: readonly number[], others: number): ValueCounts =>
    distribution.shape === 'histogram'
      ? { shape: 'histogram', edges: distribution.edges, counts }
      : { shape: 'categories', values: distribution.values, counts, others }
  const [oldOthers, newOthers] =
    distribution.shape === 'histogram' ? [0, 0] : [distribution.oldOthers, distribution.newOthers]
  const [before, after] = [side(distribution.oldCounts, oldOthers), side(distribution.newCounts, newOthers)]
  const most = greatestCount(before, after)
  return [
    old === undefined ? '' : drawDistribution('chart.before', name, before, most),
    now === undefined ? '' : drawDistribution('chart.after', name, after, most),
  ]
}

export function valueText(value: number | string | null): string {
  return value === null ? '' : typeof value === 'number' ? toNumberText(value) : value
}

function drawRows({ key, keyIs, added, removed, changed: changedRows, unchanged, examples }: RowDiff): HTMLElement {
  const counts = [
    text('rows.added', { count: countText(added) }),
    text('rows.removed', { count: countText(removed) }),
    ...(keyIs === 'none' ? [] : [text('rows.changed', { count: countText(changedRows) })]),
    text('rows.unchanged', { count: countText(unchanged) }),
  ]
  const how = keyIs === 'none' ? text('rows.noKey') : text('rows.key', { key: key.join(', ') })
  return section(
    text('rows'),
    element('p', {}, counts.join(' · ')),
    paragraph(how),
    ...(examples.length === 0 ? [] : [drawExamples(examples)]),
  )
}

function drawExamples(examples: readonly RowExample[]): HTMLElement {
  const columns = [...new Set(examples.flatMap(({ cells }) => cells.map(({ column }) => column)))]
  const rows = examples.map(({ change, cells }) => {
    const byColumn = new Map(cells.map((cell) => [cell.column, cell]))
    return [
      element('span', { class: `row-${change}` }, text(`row.${change}`)),
      ...columns.map((column): Cell => {
        const cell = byColumn.get(column)
        return cell === undefined ? '' : changed(cellText(cell.old), cellText(cell.new))
      }),
    ]
  })
  const titles = [{ title: text('table.state') }, ...columns.map((title) => ({ title }))]
  return table(text('rows.examples'), titles, rows)
}

function cellText(value: string | null | undefined): string | undefined {
  return value === null ? text('missing') : value
}
