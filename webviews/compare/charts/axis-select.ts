import { curveAxes, type CurveAxis } from '../../../src/protocol/curves.ts'
import { element } from '../../shared/dom.ts'
import { text } from '../../shared/texts.ts'

/** What curves are drawn over; undefined takes a metric away again. */
export interface ChosenAxis {
  readonly axis: CurveAxis
  readonly xMetric: string | undefined
}

const metricPrefix = 'metric:'

/** A choice of the x axis: step, times, and the metrics that are given. */
export function createAxisSelect(label?: string) {
  const select = element('select', { 'aria-label': label, title: label })
  return {
    select,
    /** The chosen metric is one of the choices whatever else is known. */
    show({ axis, xMetric }: { axis: CurveAxis; xMetric?: string | undefined }, metrics: readonly string[] = []): void {
      const listed = [...new Set([...(xMetric === undefined ? [] : [xMetric]), ...metrics])]
      const options = listed.map((key) => element('option', { value: metricPrefix + key }, key))
      select.replaceChildren(
        ...curveAxes.map((name) => element('option', { value: name }, text(`charts.axis.${name}`))),
        ...(listed.length === 0 ? [] : [element('optgroup', { label: text('charts.axis.metrics') }, ...options)]),
      )
      select.value = xMetric === undefined ? axis : metricPrefix + xMetric
    },
    get chosen(): ChosenAxis {
      const { value } = select
      if (value.startsWith(metricPrefix)) return { axis: 'step', xMetric: value.slice(metricPrefix.length) }
      return { axis: curveAxes.find((name) => name === value) ?? 'step', xMetric: undefined }
    },
  }
}
