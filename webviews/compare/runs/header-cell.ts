import type { TableColumn, TableOrder } from '../../../src/protocol/run-table.ts'
import { element } from '../../shared/dom.ts'
import { text } from '../../shared/texts.ts'
import { aggregateName, columnName, nameColumn, spokenColumnName } from './column-name.ts'
import { findOrder } from './sort-order.ts'
import { isNumericColumn } from './value-cell.ts'

/** The name of a column, how it is sorted, and its menu; undefined stands for the first column, which has none. */
export function drawHeaderCell(cell: HTMLElement, shown: TableColumn | undefined, order: readonly TableOrder[]): void {
  const column = shown ?? nameColumn
  const sorted = findOrder(order, column)
  const isSeveral = sorted !== undefined && order.length > 1
  const key = JSON.stringify([shown, sorted, isSeveral])
  if (cell.dataset['drawn'] === key) return
  cell.dataset['drawn'] = key
  const spoken = shown === undefined ? text('runs.name') : spokenColumnName(column)
  cell.className = `grid-cell grid-header${isNumericColumn(column) ? ' number' : ''}`
  cell.title = spoken
  cell.setAttribute('aria-label', isSeveral ? `${spoken}, ${text('runs.sortPlace', { place: sorted.place })}` : spoken)
  if (sorted === undefined) cell.removeAttribute('aria-sort')
  else cell.setAttribute('aria-sort', sorted.order.descending ? 'descending' : 'ascending')
  const name = shown === undefined ? spoken : columnName(column)
  const parts = [element('span', { class: 'header-name', dir: 'auto' }, name)]
  if (column.kind === 'metric' && column.aggregate !== 'last') {
    parts.push(element('span', { class: 'header-aggregate' }, aggregateName(column)))
  }
  if (sorted !== undefined) {
    const mark = `${sorted.order.descending ? '↓' : '↑'}${isSeveral ? sorted.place : ''}`
    parts.push(element('span', { class: 'header-sort', 'aria-hidden': 'true' }, mark))
  }
  if (shown !== undefined) parts.push(createMenuButton(spoken))
  cell.replaceChildren(...parts)
}

function createMenuButton(name: string): HTMLElement {
  return element('span', {
    class: 'header-menu',
    role: 'button',
    'data-part': 'menu',
    'aria-label': text('runs.columnMenu', { name }),
  })
}
