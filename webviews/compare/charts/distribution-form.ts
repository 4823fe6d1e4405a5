import type { DistributionChartSpec } from '../../../src/protocol/saved-view.ts'
import { element } from '../../shared/dom.ts'
import { text } from '../../shared/texts.ts'
import { createAxisSelect } from './axis-select.ts'
import type { LoggedKeys } from './column-select.ts'
import type { KindForm } from './curve-form.ts'

export function createDistributionForm(
  id: string,
  spec: DistributionChartSpec | undefined,
  { metrics }: LoggedKeys,
): KindForm {
  const metric = element('select', {}, ...metrics.map((key) => element('option', { value: key }, key)))
  if (spec !== undefined) metric.value = spec.key
  const axis = createAxisSelect()
  axis.show({ axis: spec?.axis ?? 'step' })
  return {
    elements: [
      element('label', { class: 'dialog-field' }, text('charts.dialog.metric'), metric),
      element('label', { class: 'dialog-field' }, text('charts.axis'), axis.select),
    ],
    read: () =>
      metric.value === '' ? undefined : { kind: 'distribution', id, key: metric.value, axis: axis.chosen.axis },
  }
}
