import { RunwrightError } from '../../../src/protocol/errors.ts'
import { element } from '../../shared/dom.ts'

/** Says in words why an artifact is not shown. Rethrows what is a bug. */
export function createErrorNote(error: unknown): HTMLElement {
  if (!(error instanceof RunwrightError)) throw error
  const words = [error.message, error.hint].filter((part) => part !== undefined)
  return element('p', { class: 'artifact-note artifact-error', role: 'alert' }, words.join(' '))
}
