import type { TableColumn, TableOrder } from '../../../src/protocol/run-table.ts'
import { columnId } from './column-name.ts'

/** Ascending, then descending, then not at all; alone, or (`isAdded`) behind the columns sorted by already. */
export function toggleOrder(order: readonly TableOrder[], column: TableColumn, isAdded: boolean): TableOrder[] {
  const found = findOrder(order, column)
  const next = found === undefined ? { column, descending: false } : { column, descending: true }
  const isRemoved = found?.order.descending === true
  if (!isAdded) return isRemoved ? [] : [next]
  if (found === undefined) return [...order, next]
  return order.flatMap((item, index) => (index !== found.place - 1 ? [item] : isRemoved ? [] : [next]))
}

/** The order by a column, with its place among all, from 1 on. */
export function findOrder(
  order: readonly TableOrder[],
  column: TableColumn,
): { order: TableOrder; place: number } | undefined {
  const id = columnId(column)
  const index = order.findIndex((item) => columnId(item.column) === id)
  const found = order[index]
  return found === undefined ? undefined : { order: found, place: index + 1 }
}
