import type { RunwrightError } from '../../../src/protocol/errors.ts'
import { button, element } from '../../shared/dom.ts'
import { text } from '../../shared/texts.ts'

/** Says how runs come into the table, where there are too few. */
export function createChooseNotice(chosenCount: number, toRuns: () => void): HTMLElement {
  const words = text(chosenCount === 1 ? 'differences.chooseOneMore' : 'differences.choose')
  return element('div', { class: 'diff-empty' }, element('p', {}, words), button(text('differences.toRuns'), toRuns))
}

/** Says why there is no table. */
export function createErrorNotice(error: RunwrightError | undefined, retry: () => void): HTMLElement {
  const words = [error?.message ?? text('differences.failed'), error?.hint ?? ''].filter((part) => part !== '')
  const again = button(text('differences.retry'), retry)
  return element('div', { class: 'diff-empty', role: 'alert' }, ...words.map((part) => element('p', {}, part)), again)
}
