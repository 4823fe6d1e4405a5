import type { TableColumn } from '../../../src/protocol/run-table.ts'
import type { ViewColumn } from '../../../src/protocol/saved-view.ts'
import { columnId, columnName } from './column-name.ts'
import { minColumnWidth, toViewColumn } from './default-columns.ts'

/** As they stand from the inline start: pinned ones first, else in their own order. */
export function arrangeColumns(columns: readonly ViewColumn[]): ViewColumn[] {
  return [...columns.filter(({ pinned }) => pinned), ...columns.filter(({ pinned }) => !pinned)]
}

/** Moves a column before another, among those arranged; it is pinned if that place is. */
export function moveColumn(columns: readonly ViewColumn[], from: number, before: number): ViewColumn[] {
  const arranged = arrangeColumns(columns)
  const moved = arranged[from]
  if (moved === undefined) return arranged
  const pinnedCount = arranged.filter(({ pinned }) => pinned).length
  const pinned = before < pinnedCount || (before === pinnedCount && moved.pinned)
  const place = Math.max(0, Math.min(arranged.length, before))
  return [
    ...arranged.slice(0, place).filter((column) => column !== moved),
    { ...moved, pinned },
    ...arranged.slice(place).filter((column) => column !== moved),
  ]
}

/** Replaces one column, which keeps its place. */
export function changeColumn(
  columns: readonly ViewColumn[],
  column: TableColumn,
  change: Partial<ViewColumn>,
): ViewColumn[] {
  const id = columnId(column)
  const changed = columns.map((shown) => (columnId(shown.column) === id ? { ...shown, ...change } : shown))
  // Two columns that have become the same are one.
  return changed.filter((shown, index) => changed.findIndex((other) => isSame(other, shown)) === index)
}

function isSame(a: ViewColumn, b: ViewColumn): boolean {
  return columnId(a.column) === columnId(b.column)
}

export function clampWidth(width: number): number {
  return Math.max(minColumnWidth, Math.min(1200, Math.round(width)))
}

/** A metric is shown when any of its aggregates is. */
export function toKeyId(column: TableColumn): string {
  return columnId(column.kind === 'metric' ? { kind: 'metric', key: column.key, aggregate: 'last' } : column)
}

/** Shows or hides the columns of some keys; new ones stand behind the others. */
export function showColumns(
  columns: readonly ViewColumn[],
  keys: readonly TableColumn[],
  isShown: boolean,
): ViewColumn[] {
  const ids = new Set(keys.map(toKeyId))
  if (!isShown) return columns.filter(({ column }) => !ids.has(toKeyId(column)))
  const present = new Set(columns.map(({ column }) => toKeyId(column)))
  const added = keys.filter((column) => !present.has(toKeyId(column)))
  return [...columns, ...added.map((column) => toViewColumn(column, columnName(column)))].slice(0, maxColumns)
}

/** As a saved view takes. */
const maxColumns = 2000
