import { RunwrightError } from '../../protocol/errors.ts'
import type { NoticeElement, TreeElement } from './element.ts'

/** A text and what to do about it, from whatever was thrown. */
export function describeError(error: unknown): { readonly text: string; readonly hint: string | undefined } {
  if (error instanceof RunwrightError) return { text: error.message, hint: error.hint }
  return { text: error instanceof Error ? error.message : String(error), hint: undefined }
}

export function newErrorNotice(id: string, parent: TreeElement | undefined, error: unknown): NoticeElement {
  return { kind: 'notice', id: `${id}/error`, parent, severity: 'error', ...describeError(error) }
}
