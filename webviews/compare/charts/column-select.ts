import { inferGoal } from '../../../src/protocol/headline-metric.ts'
import { type TableColumn } from '../../../src/protocol/run-table.ts'
import { element } from '../../shared/dom.ts'
import { text } from '../../shared/texts.ts'
import { toColumnText } from './column-text.ts'

export interface LoggedKeys {
  readonly metrics: readonly string[]
  readonly params: readonly string[]
}

/** The columns that charts draw: of each metric the last and the best value. */
export function listColumns({
  metrics,
  params,
}: LoggedKeys): { group: 'metrics' | 'params' | 'run'; column: TableColumn }[] {
  return [
    ...metrics.flatMap((key) =>
      (['last', inferGoal(key) === 'minimize' ? 'min' : 'max'] as const).map((aggregate) => ({
        group: 'metrics' as const,
        column: { kind: 'metric' as const, key, aggregate },
      })),
    ),
    ...params.map((key) => ({ group: 'params' as const, column: { kind: 'param' as const, key } })),
    ...(['duration', 'start_time', 'status', 'user_id'] as const).map((key) => ({
      group: 'run' as const,
      column: { kind: 'attribute' as const, key },
    })),
  ]
}

export interface ColumnSelect {
  readonly element: HTMLElement
  readonly select: HTMLSelectElement
  /** Undefined where none is chosen. */
  readonly column: TableColumn | undefined
}

/** @param none what an empty choice is called; without it there has to be one */
export function createColumnSelect(
  label: string,
  keys: LoggedKeys,
  chosen: TableColumn | undefined,
  none?: string,
): ColumnSelect {
  const columns = listColumns(keys)
  const find = (column: TableColumn) => columns.findIndex((other) => isSame(other.column, column))
  const optionOf = (group: string) =>
    columns.flatMap((entry, index) =>
      entry.group === group ? [element('option', { value: index }, toColumnText(entry.column))] : [],
    )
  const select = element(
    'select',
    {},
    ...(none === undefined ? [] : [element('option', { value: '' }, none)]),
    ...(['metrics', 'params', 'run'] as const).map((group) =>
      element('optgroup', { label: text(`charts.columns.${group}`) }, ...optionOf(group)),
    ),
  )
  if (chosen !== undefined && find(chosen) >= 0) select.value = String(find(chosen))
  return {
    element: element('label', { class: 'dialog-field' }, label, select),
    select,
    get column() {
      return select.value === '' ? undefined : columns[Number(select.value)]?.column
    },
  }
}

export function isSame(a: TableColumn, b: TableColumn): boolean {
  return JSON.stringify(a, Object.keys(a).sort()) === JSON.stringify(b, Object.keys(b).sort())
}
