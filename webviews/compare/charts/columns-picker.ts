import type { TableColumn } from '../../../src/protocol/run-table.ts'
import { text } from '../../shared/texts.ts'
import { isSame, listColumns, type LoggedKeys } from './column-select.ts'
import { toColumnText } from './column-text.ts'
import { createMetricPicker } from './metric-picker.ts'

/** A list of columns to tick; they keep the order in which they were ticked. */
export function createColumnsPicker(keys: LoggedKeys, chosen: readonly TableColumn[], changed: () => void) {
  const columns = new Map(
    listColumns(keys).map(({ group, column }) => [
      `${toColumnText(column)} (${text(`charts.columns.${group}`)})`,
      column,
    ]),
  )
  const names = [...columns.keys()]
  const nameOf = (column: TableColumn) => names.find((name) => isSame(columns.get(name) ?? { kind: 'dataset' }, column))
  const picker = createMetricPicker(
    names,
    chosen.flatMap((column) => nameOf(column) ?? []),
    changed,
  )
  return {
    element: picker.element,
    get columns(): TableColumn[] {
      return picker.keys.flatMap((name) => columns.get(name) ?? [])
    },
  }
}
