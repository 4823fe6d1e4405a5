import type {
  ChartSpec,
  CurveChartSpec,
  DistributionChartSpec,
  ScatterChartSpec,
} from '../../../src/protocol/saved-view.ts'
import { button, element } from '../../shared/dom.ts'
import { text } from '../../shared/texts.ts'
import { createAxisSelect } from './axis-select.ts'

/** The controls of a chart's kind; `changing` while a slider is being dragged, `changed` when it is let go. */
export interface ChartTools {
  readonly elements: readonly HTMLElement[]
  show(spec: ChartSpec): void
}

/** Undefined takes a field away. */
type Change<Spec> = { readonly [Field in keyof Spec]?: Spec[Field] | undefined }

interface Changes<Spec> {
  changing(change: Change<Spec>): void
  changed(change: Change<Spec>): void
}

export function createCurveTools(changes: Changes<CurveChartSpec>): ChartTools {
  const axis = createAxisSelect(text('charts.axis'))
  axis.select.addEventListener('change', () => changes.changed(axis.chosen))
  const slider = element('input', {
    type: 'range',
    min: 0,
    max: 0.99,
    step: 0.01,
    'aria-label': text('charts.smoothing'),
  })
  const amount = element('output', { class: 'tool-amount' })
  const smoothing = element(
    'label',
    { class: 'tool-slider', title: text('charts.smoothing.hint') },
    text('charts.smoothing.short'),
    slider,
    amount,
  )
  slider.addEventListener('input', () => {
    amount.textContent = Number(slider.value).toFixed(2)
    changes.changing({ smoothing: Number(slider.value) })
  })
  slider.addEventListener('change', () => changes.changed({ smoothing: Number(slider.value) }))
  const logY = createToggle('charts.logY', (isOn) => changes.changed({ logY: isOn }))
  const clip = createToggle('charts.clip', (isOn) => changes.changed({ clipOutliers: isOn }), 'charts.clip.hint')
  return {
    elements: [axis.select, smoothing, logY, clip],
    show(spec) {
      if (spec.kind !== 'curves') return
      axis.show(spec)
      slider.value = String(spec.smoothing)
      amount.textContent = spec.smoothing.toFixed(2)
      press(logY, spec.logY)
      press(clip, spec.clipOutliers)
    },
  }
}

/** For a chart of which the x axis alone can be changed. */
export function createAxisTools(changes: Changes<DistributionChartSpec>): ChartTools {
  const axis = createAxisSelect(text('charts.axis'))
  axis.select.addEventListener('change', () => changes.changed({ axis: axis.chosen.axis }))
  return { elements: [axis.select], show: (spec) => spec.kind === 'distribution' && axis.show(spec) }
}

export function createScatterTools(changes: Changes<ScatterChartSpec>): ChartTools {
  const logX = createToggle('charts.logX', (isOn) => changes.changed({ logX: isOn }))
  const logY = createToggle('charts.logY', (isOn) => changes.changed({ logY: isOn }))
  const contour = createToggle('charts.contour', (isOn) => changes.changed({ contour: isOn }), 'charts.contour.hint')
  return {
    elements: [logX, logY, contour],
    show(spec) {
      if (spec.kind !== 'scatter') return
      contour.hidden = spec.color === undefined
      press(contour, spec.contour === true)
      press(logX, spec.logX)
      press(logY, spec.logY)
    },
  }
}

type ToggleText = 'charts.logX' | 'charts.logY' | 'charts.clip' | 'charts.contour' | 'charts.asTable'

/** A button that is either on or off. */
export function createToggle(
  label: ToggleText,
  toggled: (isOn: boolean) => void,
  hint?: 'charts.clip.hint' | 'charts.contour.hint',
): HTMLButtonElement {
  const made = button(text(label), () => toggled(made.getAttribute('aria-pressed') !== 'true'), {
    class: 'tool',
    'aria-pressed': 'false',
    title: hint === undefined ? undefined : text(hint),
  })
  return made
}

export function press(toggle: HTMLButtonElement, isOn: boolean): void {
  toggle.setAttribute('aria-pressed', String(isOn))
}
