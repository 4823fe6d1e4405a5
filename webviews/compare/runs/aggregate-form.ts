import { inferGoal } from '../../../src/protocol/headline-metric.ts'
import type { Goal, MetricColumn } from '../../../src/protocol/run-table.ts'
import { button, element } from '../../shared/dom.ts'
import { type PopoverParts, showPopover } from '../../shared/popover.ts'
import { text } from '../../shared/texts.ts'

/** Asks for the step whose value a column shows. */
export function askForStep(anchor: PopoverParts['anchor'], column: MetricColumn, show: (column: MetricColumn) => void) {
  const step = element('input', { type: 'number', step: 1, required: true, 'aria-label': text('runs.form.step') })
  if (column.aggregate === 'at-step') step.value = String(column.step)
  showForm(anchor, text('runs.form.step'), [step], () => {
    const { valueAsNumber } = step
    if (!Number.isSafeInteger(valueAsNumber)) return false
    show({ kind: 'metric', key: column.key, aggregate: 'at-step', step: valueAsNumber })
    return true
  })
}

/** Asks for the metric whose best value decides which value a column shows. @param keys metrics to offer */
export function askForBest(
  anchor: PopoverParts['anchor'],
  column: MetricColumn,
  keys: readonly string[],
  show: (column: MetricColumn) => void,
) {
  const before = column.aggregate === 'at-best' ? column : undefined
  const options = element('datalist', { id: 'best-of-keys' }, ...keys.map((key) => element('option', { value: key })))
  const of = element('input', { type: 'text', list: options.id, required: true, 'aria-label': text('runs.form.of') })
  const goal = element(
    'select',
    { 'aria-label': text('runs.form.goal') },
    ...(['maximize', 'minimize'] as const).map((goal) => element('option', { value: goal }, text(`runs.goal.${goal}`))),
  )
  of.value = before?.of ?? keys[0] ?? ''
  const suggest = () => void (goal.value = inferGoal(of.value) === 'minimize' ? 'minimize' : 'maximize')
  suggest()
  if (before !== undefined) goal.value = before.goal
  of.addEventListener('input', suggest)
  showForm(anchor, text('runs.form.of'), [of, options, goal], () => {
    if (of.value === '') return false
    const chosen: Goal = goal.value === 'minimize' ? 'minimize' : 'maximize'
    show({ kind: 'metric', key: column.key, aggregate: 'at-best', of: of.value, goal: chosen })
    return true
  })
}

/** @param accept whether the fields were filled in; the form stays open otherwise */
function showForm(
  anchor: PopoverParts['anchor'],
  label: string,
  fields: readonly HTMLElement[],
  accept: () => boolean,
): void {
  const form = element(
    'form',
    { class: 'aggregate-form', 'aria-label': label },
    element('span', { 'aria-hidden': 'true' }, label),
    ...fields,
    button(text('runs.form.show'), () => form.requestSubmit(), { class: 'primary' }),
  )
  const popover = showPopover({ anchor, content: form })
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    if (accept()) popover.close()
  })
  fields[0]?.focus()
}
