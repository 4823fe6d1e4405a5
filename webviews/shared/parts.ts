import { element } from './dom.ts'

/** A part of a page, with its heading. */
export function section(heading: string, ...children: readonly (Node | string)[]): HTMLElement {
  return element('section', {}, element('h2', {}, heading), ...children)
}

export interface TableColumn {
  readonly title: string
  readonly isNumber?: boolean
}

export type Cell = Node | string

/**
 * A table whose first cell of a row names it; a wide one is scrolled by itself. Columns in which nothing stands are left
 * out.
 */
export function table(label: string, columns: readonly TableColumn[], rows: readonly (readonly Cell[])[]): HTMLElement {
  const shown = columns.flatMap((column, index) =>
    index === 0 || rows.some((cells) => cells[index] !== '') ? [{ ...column, index }] : [],
  )
  const head = shown.map(({ title, isNumber }) =>
    element('th', { scope: 'col', class: isNumber === true && 'number' }, title),
  )
  const body = rows.map((cells) =>
    element(
      'tr',
      {},
      ...shown.map(({ index, isNumber }) =>
        index === 0
          ? element('th', { scope: 'row' }, element('bdi', {}, cells[index] ?? ''))
          : element('td', { class: isNumber === true && 'number' }, cells[index] ?? ''),
      ),
    ),
  )
  const made = element(
    'table',
    { 'aria-label': label },
    element('thead', {}, element('tr', {}, ...head)),
    element('tbody', {}, ...body),
  )
  return element('div', { class: 'scrolled', role: 'region', tabindex: 0, 'aria-label': label }, made)
}

export function paragraph(content: string, className = 'quiet'): HTMLElement {
  return element('p', { class: className }, content)
}
