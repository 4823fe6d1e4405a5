import type { PreviewColumn, TablePreview } from '../../src/protocol/data-diff.ts'
import { element } from '../shared/dom.ts'
import { drawDistribution, greatestCount } from './distribution.ts'
import { paragraph } from '../shared/parts.ts'
import { notes } from './parts.ts'
import { valueText } from './table-content.ts'
import { countText, text } from './texts.ts'

/** The first rows of a table, below what each column holds. */
export function drawPreview(
  name: string,
  { rowCount, columnCount, columns, rows, notes: said }: TablePreview,
): readonly Node[] {
  const label = text('preview.table', { name })
  const corner = element(
    'th',
    { scope: 'col', class: 'row-number' },
    element('span', { class: 'hidden-text' }, text('preview.row')),
  )
  const head = element('tr', {}, corner, ...columns.map(drawHeading))
  const numeric = columns.map(({ mean }) => mean !== null)
  const body = rows.map((cells, index) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row', class: 'row-number' }, countText(index + 1)),
      ...cells.map((cell, column) => drawCell(cell, numeric[column] === true)),
    ),
  )
  const table = element(
    'table',
    { class: 'preview', 'aria-label': label },
    element('thead', {}, head),
    element('tbody', {}, ...body),
  )
  const isCut = rows.length < rowCount
  return [
    element('p', {}, text('table.shape', { rows: rowCount, columns: columnCount })),
    ...notes(said),
    element('div', { class: 'scrolled rows', role: 'region', tabindex: 0, 'aria-label': label }, table),
    ...(isCut ? [paragraph(text('preview.shown', { shown: countText(rows.length), count: countText(rowCount) }))] : []),
  ]
}

function drawHeading(column: PreviewColumn): HTMLElement {
  const { name, type, nullCount, distinctCount, min, max, distribution } = column
  const facts = [
    ...(min === null || max === null ? [] : [text('preview.range', { min: valueText(min), max: valueText(max) })]),
    ...(distinctCount === null ? [] : [text('preview.distinct', { count: countText(distinctCount) })]),
    ...(nullCount === 0 ? [] : [text('preview.empty', { count: countText(nullCount) })]),
  ]
  return element(
    'th',
    { scope: 'col' },
    element('span', { class: 'column-name', dir: 'auto' }, name),
    element('span', { class: 'column-type' }, type),
    ...(distribution === undefined
      ? []
      : [drawDistribution('chart.of', name, distribution, greatestCount(distribution))]),
    ...facts.map((fact) => element('span', { class: 'column-fact' }, fact)),
  )
}

function drawCell(cell: string | null, isNumber: boolean): HTMLElement {
  if (cell === null) return element('td', { class: 'empty' }, text('missing'))
  return element('td', { class: isNumber && 'number', dir: 'auto' }, cell)
}
