import { RunwrightError } from '../../../src/protocol/errors.ts'
import type { LoggedTable } from '../../../src/protocol/logged-table.ts'
import type { LoggedChartSpec } from '../../../src/protocol/saved-view.ts'
import { element } from '../../shared/dom.ts'
import { text } from '../../shared/texts.ts'
import { areEnough, type ChosenColumns, guessColumns } from './guess-columns.ts'
import { type LoggedTables, maxTables } from './logged-tables.ts'

const roles = ['truth', 'predicted', 'count', 'score', 'weight', 'step', 'from', 'to'] as const
type Role = (typeof roles)[number]

const rolesOf: Readonly<Record<LoggedChartSpec['kind'], readonly Role[]>> = {
  'confusion-matrix': ['truth', 'predicted', 'count'],
  roc: ['truth', 'score', 'weight'],
  'precision-recall': ['truth', 'score', 'weight'],
  histogram: ['step', 'from', 'to', 'count'],
}

/** Asks for a table and its columns; those whose names say what they are, are chosen already. */
export function createLoggedForm(
  kind: LoggedChartSpec['kind'],
  id: string,
  spec: LoggedChartSpec | undefined,
  tables: LoggedTables,
  check: () => void,
) {
  let names: LoggedTable['names'] = []
  const path = element('select', {})
  const selects = rolesOf[kind].map((role) => ({ role, select: element('select', {}) }))
  const positive = element('input', {
    type: 'text',
    value: spec !== undefined && 'positive' in spec ? spec.positive : '',
    placeholder: text('charts.dialog.positive.last'),
  })
  const status = element('p', { class: 'picker-status', role: 'status' }, text('charts.dialog.tables.loading'))
  const field = (label: string, input: HTMLElement) => element('label', { class: 'dialog-field' }, label, input)

  function showColumns(chosen: ChosenColumns): void {
    for (const { role, select } of selects) {
      const none =
        role === 'truth' || role === 'score' || role === 'step' || role === 'from'
          ? []
          : [element('option', { value: '' }, text(`charts.dialog.column.${role}.none`))]
      select.replaceChildren(...none, ...names.map(({ name }) => element('option', { value: name }, name)))
      select.value = chosen[role] ?? ''
    }
    status.textContent = areEnough(kind, readColumns(), names) ? '' : text('charts.dialog.tables.lack')
    check()
  }

  function readColumns(): ChosenColumns {
    return Object.fromEntries(
      selects.flatMap(({ role, select }) => (select.value === '' ? [] : [[role, select.value]])),
    )
  }

  async function showTable(chosen?: ChosenColumns): Promise<void> {
    const wanted = path.value
    const found = await tables.columns(wanted)
    if (path.value !== wanted) return
    names = found
    showColumns(chosen ?? guessColumns(kind, names))
  }

  async function open(): Promise<void> {
    const paths = await tables.list()
    if (paths.length === 0) return void (status.textContent = text('charts.dialog.tables.none'))
    path.replaceChildren(...paths.map((name) => element('option', { value: name }, name)))
    path.value = spec?.path ?? (await findFitting(paths)) ?? paths[0] ?? ''
    await showTable(spec && toColumns(spec))
  }

  async function findFitting(paths: readonly string[]): Promise<string | undefined> {
    for (const name of paths.slice(0, maxTables)) {
      const columns = await tables.columns(name)
      if (areEnough(kind, guessColumns(kind, columns), columns)) return name
    }
    return undefined
  }

  function run(work: Promise<void>): void {
    work.catch((error: unknown) => {
      if (!(error instanceof RunwrightError)) throw error
      status.textContent = error.message
    })
  }

  path.addEventListener('change', () => run(showTable()))
  for (const { select } of selects) select.addEventListener('change', () => showColumns(readColumns()))
  run(open())

  const labels = selects.map(({ role, select }) => field(text(`charts.dialog.column.${role}`), select))
  const isRanking = kind === 'roc' || kind === 'precision-recall'
  return {
    elements: [
      field(text('charts.dialog.table'), path),
      ...labels,
      ...(isRanking ? [field(text('charts.dialog.positive'), positive)] : []),
      status,
    ],
    read: () => toSpec(kind, { id, path: path.value, positive: positive.value.trim() }, readColumns(), names),
  }
}

function toColumns(spec: LoggedChartSpec): ChosenColumns {
  if (spec.kind === 'histogram') return { step: spec.step, from: spec.from, to: spec.to, count: spec.count }
  if (spec.kind === 'confusion-matrix') return { truth: spec.truth, predicted: spec.predicted, count: spec.count }
  return { truth: spec.truth, score: spec.score, weight: spec.weight }
}

/** Undefined while something is missing. */
function toSpec(
  kind: LoggedChartSpec['kind'],
  { id, path, positive }: { id: string; path: string; positive: string },
  columns: ChosenColumns,
  names: LoggedTable['names'],
): LoggedChartSpec | undefined {
  const { truth, predicted, count, score, weight, step, from, to } = columns
  if (path === '' || !areEnough(kind, columns, names)) return undefined
  const counts = count === undefined ? {} : { count }
  if (kind === 'histogram') {
    if (step === undefined || from === undefined) return undefined
    return { kind, id, path, step, from, ...(to === undefined ? {} : { to }), ...counts }
  }
  if (truth === undefined) return undefined
  if (kind === 'confusion-matrix') {
    return { kind, id, path, truth, ...(predicted === undefined ? {} : { predicted, ...counts }) }
  }
  if (score === undefined) return undefined
  const weighed = weight === undefined ? {} : { weight }
  return { kind, id, path, truth, score, ...weighed, ...(positive === '' ? {} : { positive }) }
}
