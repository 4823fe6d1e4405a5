import { element } from '../shared/dom.ts'
import type { Cell } from '../shared/parts.ts'
import { text } from './texts.ts'

/** A value that may have changed: one of them where it has not. */
export function changed(old: string | undefined, now: string | undefined): Cell {
  if (old === now || now === undefined) return old ?? ''
  if (old === undefined) return now
  const [before = '', after = ''] = text('change', { old: '\u0001', new: '\u0002' }).split('\u0001')
  const parts = [
    before,
    element('span', { class: 'old' }, old),
    ...after
      .split('\u0002')
      .flatMap((part, index) => (index === 0 ? [part] : [element('span', { class: 'new' }, now), part])),
  ]
  return element('span', { class: 'changed' }, ...parts)
}

/** Sentences about what was left out. */
export function notes(list: readonly string[]): readonly HTMLElement[] {
  if (list.length === 0) return []
  return [
    element('ul', { class: 'notes', 'aria-label': text('notes') }, ...list.map((note) => element('li', {}, note))),
  ]
}
