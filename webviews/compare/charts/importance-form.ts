import type { ImportanceChartSpec } from '../../../src/protocol/saved-view.ts'
import { text } from '../../shared/texts.ts'
import { createColumnSelect, listColumns, type LoggedKeys } from './column-select.ts'
import { createColumnsPicker } from './columns-picker.ts'
import type { KindForm } from './curve-form.ts'

const maxColumns = 50

/** Asks for the metric that is to be explained and the columns that may; all params at first. */
export function createImportanceForm(
  id: string,
  spec: ImportanceChartSpec | undefined,
  keys: LoggedKeys,
  check: () => void,
): KindForm {
  const metric = listColumns(keys).find(({ group }) => group === 'metrics')?.column
  const target = createColumnSelect(text('charts.dialog.target'), keys, spec?.target ?? metric)
  const params = keys.params.slice(0, maxColumns).map((key) => ({ kind: 'param' as const, key }))
  const picker = createColumnsPicker(keys, spec?.columns ?? params, check)
  return {
    elements: [target.element, picker.element],
    read() {
      const { columns } = picker
      if (target.column === undefined || columns.length === 0 || columns.length > maxColumns) return undefined
      return { kind: 'importance', id, target: target.column, columns }
    },
  }
}
