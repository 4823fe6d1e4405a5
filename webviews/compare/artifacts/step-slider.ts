import { element } from '../../shared/dom.ts'
import { text } from '../../shared/texts.ts'

export interface StepSlider {
  readonly element: HTMLElement
  /** The last step for a step that is undefined. */
  show(steps: readonly number[], step: number | undefined): void
}

/** A slider over the steps that there are, however far they lie apart. Hidden where there is no choice. */
export function createStepSlider(chose: (step: number | undefined) => void): StepSlider {
  let steps: readonly number[] = []
  const slider = element('input', { type: 'range', min: 0, step: 1, 'aria-label': text('artifacts.step') })
  const output = element('output', { class: 'artifact-step' })
  const root = element('label', { class: 'artifact-slider' }, text('artifacts.step'), slider, output)

  function say(): void {
    const place = Number(slider.value)
    const words = { step: steps[place] ?? 0, place: place + 1, count: steps.length }
    output.textContent = text('artifacts.stepOf', words)
    slider.setAttribute('aria-valuetext', text('artifacts.stepOf', words))
  }

  slider.addEventListener('input', () => {
    say()
    const place = Number(slider.value)
    // The last step stays the last one when another is logged.
    chose(place === steps.length - 1 ? undefined : steps[place])
  })
  return {
    element: root,
    show(next, step) {
      steps = next
      root.hidden = steps.length < 2
      slider.max = String(Math.max(0, steps.length - 1))
      const place = step === undefined ? -1 : steps.findLastIndex((other) => other <= step)
      slider.value = String(step === undefined ? steps.length - 1 : Math.max(0, place))
      say()
    },
  }
}
