import { type ChartSpec, type CurveChartSpec, curveBands } from '../../../src/protocol/saved-view.ts'
import { element } from '../../shared/dom.ts'
import { text } from '../../shared/texts.ts'
import { createAxisSelect } from './axis-select.ts'
import { createColumnSelect, type LoggedKeys } from './column-select.ts'
import { createMetricPicker } from './metric-picker.ts'

/** The part of the dialog that is about one kind of chart. */
export interface KindForm {
  readonly elements: readonly HTMLElement[]
  /** Undefined while something is missing. */
  read(): ChartSpec | undefined
}

export type CurveOptions = Omit<CurveChartSpec, 'kind' | 'id' | 'keys'>

export function createCurveForm(id: string, spec: CurveChartSpec, keys: LoggedKeys, check: () => void): KindForm {
  const picker = createMetricPicker(keys.metrics, spec.keys, check)
  const options = createOptionFields(spec, keys)
  return {
    elements: [picker.element, ...options.elements],
    read() {
      if (picker.keys.length === 0 || picker.keys.length > 100) return undefined
      return { kind: 'curves', id, keys: picker.keys, ...options.read() }
    },
  }
}

/** How curves are drawn, whatever the metrics. */
export function createOptionFields(spec: CurveOptions, keys: LoggedKeys) {
  const axis = createAxisSelect()
  axis.show(spec, keys.metrics)
  const group = createColumnSelect(text('charts.dialog.groupBy'), keys, spec.group?.by, text('charts.dialog.noGroup'))
  const band = element(
    'select',
    {},
    ...curveBands.map((name) => element('option', { value: name }, text(`charts.band.${name}`))),
  )
  band.value = spec.group?.band ?? 'range'
  const bandField = element('label', { class: 'dialog-field' }, text('charts.dialog.band'), band)
  const showBand = () => void (bandField.hidden = group.column === undefined)
  group.select.addEventListener('change', showBand)
  showBand()
  const flags = (['logX', 'logY', 'clipOutliers'] as const).map((name) => ({
    name,
    box: element('input', { type: 'checkbox', checked: spec[name] }),
  }))
  const isOn = (name: string) => flags.find((flag) => flag.name === name)?.box.checked === true
  return {
    elements: [
      element('label', { class: 'dialog-field' }, text('charts.axis'), axis.select),
      group.element,
      bandField,
      ...flags.map(({ name, box }) => element('label', { class: 'picker-entry' }, box, text(`charts.dialog.${name}`))),
    ],
    read(): CurveOptions {
      const by = group.column
      const { axis: over, xMetric } = axis.chosen
      return {
        axis: over,
        ...(xMetric === undefined ? {} : { xMetric }),
        ...(by === undefined ? {} : { group: { by, band: curveBands.find((name) => name === band.value) ?? 'range' } }),
        logX: isOn('logX'),
        logY: isOn('logY'),
        smoothing: spec.smoothing,
        clipOutliers: isOn('clipOutliers'),
      }
    },
  }
}
