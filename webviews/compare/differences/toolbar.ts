import { button, element } from '../../shared/dom.ts'
import { text } from '../../shared/texts.ts'

export interface ToolbarActions {
  showEqual(shows: boolean): void
  transpose(isTransposed: boolean): void
  compareCode(): void
  openMarkdown(): void
}

export interface DiffToolbar {
  readonly element: HTMLElement
  /** @param reference the name of the run that metrics are compared with; undefined when no metric is shown */
  show(state: {
    readonly runCount: number
    readonly reference: string | undefined
    readonly showsEqual: boolean
    readonly isTransposed: boolean
  }): void
}

/** What can be done with the differences as a whole. */
export function createDiffToolbar(actions: ToolbarActions): DiffToolbar {
  const checkbox = element('input', { type: 'checkbox' })
  checkbox.addEventListener('change', () => actions.showEqual(checkbox.checked))
  const transposed = button(text('differences.transpose'), () => {
    actions.transpose(transposed.getAttribute('aria-pressed') !== 'true')
  })
  const code = button(text('differences.compareCode'), actions.compareCode)
  const markdown = button(text('differences.markdown'), actions.openMarkdown)
  const legend = element('span', { class: 'diff-legend' })
  return {
    element: element(
      'div',
      { class: 'diff-toolbar' },
      element('label', {}, checkbox, text('differences.showEqual')),
      transposed,
      code,
      markdown,
      legend,
    ),
    show({ runCount, reference, showsEqual, isTransposed }) {
      checkbox.checked = showsEqual
      transposed.setAttribute('aria-pressed', String(isTransposed))
      code.hidden = runCount !== 2
      legend.textContent = reference === undefined ? '' : text('differences.legend', { name: reference })
    },
  }
}
