import { element } from '../shared/dom.ts'
import { text } from './texts.ts'

/** A part of a page, with its heading. */
export function section(heading: string, ...children: readonly (Node | string)[]): HTMLElement {
  return element('section', {}, element('h2', {}, heading), ...children)
}

export interface TableColumn {
  readonly title: string
  readonly isNumber?: boolean
}

export type Cell = Node | string

/** A table whose first cell of a row names it; wide ones are scrolled by themselves. */
export function table(label: string, columns: readonly TableColumn[], rows: readonly (readonly Cell[])[]): HTMLElement {
  const head = element(
    'tr',
    {},
    ...columns.map(({ title, isNumber }) =>
      element('th', { scope: 'col', class: isNumber === true && 'number' }, title),
    ),
  )
  const body = rows.map((cells) =>
    element(
      'tr',
      {},
      ...cells.map((cell, index) =>
        index === 0
          ? element('th', { scope: 'row', dir: 'auto' }, cell)
          : element('td', { class: columns[index]?.isNumber === true && 'number' }, cell),
      ),
    ),
  )
  const made = element('table', { 'aria-label': label }, element('thead', {}, head), element('tbody', {}, ...body))
  return element('div', { class: 'scrolled', role: 'region', tabindex: 0, 'aria-label': label }, made)
}

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

export function paragraph(content: string, className = 'quiet'): HTMLElement {
  return element('p', { class: className }, content)
}

/** Sentences about what was left out. */
export function notes(list: readonly string[]): readonly HTMLElement[] {
  if (list.length === 0) return []
  return [
    element('ul', { class: 'notes', 'aria-label': text('notes') }, ...list.map((note) => element('li', {}, note))),
  ]
}
