import { type ChartSpec, chartKinds } from '../../../src/protocol/saved-view.ts'
import { button, element } from '../../shared/dom.ts'
import { text } from '../../shared/texts.ts'
import { createColumnSelect, listColumns, type LoggedKeys } from './column-select.ts'
import { createColumnsPicker } from './columns-picker.ts'
import { createCurveForm, type KindForm } from './curve-form.ts'
import { createCurveChart } from './default-charts.ts'
import { createDistributionForm } from './distribution-form.ts'
import { createImportanceForm } from './importance-form.ts'
import { createLoggedForm } from './logged-form.ts'
import type { LoggedTables } from './logged-tables.ts'
import { createRuleForm } from './rule-form.ts'

/** Asks for a chart: a new one, or changes of one. Its id stays. */
export function showChartDialog(
  id: string,
  spec: ChartSpec | undefined,
  keys: LoggedKeys & { readonly tables: LoggedTables },
  done: (spec: ChartSpec) => void,
): void {
  const titleId = 'chart-dialog-title'
  const heading = text(spec === undefined ? 'charts.add' : 'charts.edit')
  const kind = element(
    'select',
    {},
    ...chartKinds.map((name) => element('option', { value: name }, text(`charts.kind.${name}`))),
  )
  kind.value = spec?.kind ?? 'curves'
  const body = element('div', { class: 'dialog-body' })
  const submit = element(
    'button',
    { type: 'submit', class: 'primary' },
    text(spec === undefined ? 'charts.dialog.add' : 'charts.dialog.save'),
  )
  const cancel = button(text('charts.dialog.cancel'), () => dialog.close())
  const form = element(
    'form',
    { method: 'dialog' },
    element('h2', { id: titleId }, heading),
    element('label', { class: 'dialog-field' }, text('charts.dialog.kind'), kind),
    body,
    element('div', { class: 'dialog-buttons' }, submit, cancel),
  )
  const dialog = element('dialog', { class: 'chart-dialog', 'aria-labelledby': titleId }, form)
  let fields: KindForm

  const check = () => void (submit.disabled = fields.read() === undefined)
  function showKind(): void {
    const name = chartKinds.find((name) => name === kind.value) ?? 'curves'
    fields = createKindForm(name, id, spec?.kind === name ? spec : undefined, keys, check)
    body.replaceChildren(...fields.elements)
    check()
  }
  kind.addEventListener('change', showKind)
  form.addEventListener('change', check)
  form.addEventListener('submit', () => {
    const made = fields.read()
    if (made !== undefined) done(made)
  })
  dialog.addEventListener('close', () => dialog.remove())
  showKind()
  document.body.append(dialog)
  dialog.showModal()
}

function createKindForm(
  kind: ChartSpec['kind'],
  id: string,
  spec: ChartSpec | undefined,
  keys: LoggedKeys & { readonly tables: LoggedTables },
  check: () => void,
): KindForm {
  switch (kind) {
    case 'curves':
      return createCurveForm(id, spec?.kind === 'curves' ? spec : createCurveChart(id, []), keys, check)
    case 'rule':
      return createRuleForm(id, spec?.kind === 'rule' ? spec : undefined, keys, check)
    case 'distribution':
      return createDistributionForm(id, spec?.kind === 'distribution' ? spec : undefined, keys)
    case 'importance':
      return createImportanceForm(id, spec?.kind === 'importance' ? spec : undefined, keys, check)
    case 'scatter':
      return createScatterForm(id, spec, keys)
    case 'parallel':
      return createParallelForm(id, spec, keys, check)
    case 'bar':
      return createBarForm(id, spec, keys)
    case 'confusion-matrix':
    case 'roc':
    case 'precision-recall':
    case 'histogram':
      return createLoggedForm(kind, id, spec?.kind === kind ? spec : undefined, keys.tables, check)
  }
}

function createScatterForm(id: string, given: ChartSpec | undefined, keys: LoggedKeys): KindForm {
  const spec = given?.kind === 'scatter' ? given : undefined
  const [first, second] = suggest(keys)
  const x = createColumnSelect(text('charts.dialog.x'), keys, spec?.x ?? first)
  const y = createColumnSelect(text('charts.dialog.y'), keys, spec?.y ?? second)
  const color = createColumnSelect(text('charts.dialog.color'), keys, spec?.color, text('charts.dialog.byRun'))
  return {
    elements: [x.element, y.element, color.element],
    read() {
      if (x.column === undefined || y.column === undefined) return undefined
      const colored = color.column === undefined ? {} : { color: color.column }
      const { logX = false, logY = false } = spec ?? {}
      const filled = spec?.contour === true ? { contour: true } : {}
      return { kind: 'scatter', id, x: x.column, y: y.column, logX, logY, ...colored, ...filled }
    },
  }
}

/** A param against a metric says more than most pairs. */
function suggest(keys: LoggedKeys) {
  const columns = listColumns(keys)
  const param = columns.find(({ group }) => group === 'params') ?? columns[0]
  const metric = columns.find(({ group }) => group === 'metrics') ?? columns[1]
  return [param?.column, metric?.column] as const
}

function createParallelForm(id: string, given: ChartSpec | undefined, keys: LoggedKeys, check: () => void): KindForm {
  const spec = given?.kind === 'parallel' ? given : undefined
  const picker = createColumnsPicker(keys, spec?.columns ?? [], check)
  const color = createColumnSelect(text('charts.dialog.color'), keys, spec?.color, text('charts.dialog.byRun'))
  return {
    elements: [picker.element, color.element],
    read() {
      const { columns } = picker
      if (columns.length < 2 || columns.length > 50) return undefined
      return { kind: 'parallel', id, columns, ...(color.column === undefined ? {} : { color: color.column }) }
    },
  }
}

function createBarForm(id: string, given: ChartSpec | undefined, keys: LoggedKeys): KindForm {
  const column = createColumnSelect(
    text('charts.dialog.column'),
    keys,
    given?.kind === 'bar' ? given.column : suggest(keys)[1],
  )
  return {
    elements: [column.element],
    read: () => (column.column === undefined ? undefined : { kind: 'bar', id, column: column.column }),
  }
}
