import { element } from '../dom.ts'
import { type ColumnLayout, startOf, type Stretch, widthOf } from './column-layout.ts'
import { followColumnDrag } from './column-drag.ts'
import { markPinned } from './grid-rows.ts'

interface HeaderParts {
  readonly id: string
  drawHeader(cell: HTMLElement, column: number): void
  resized(column: number, width: number, isDone: boolean): void
  dropped(column: number, before: number): void
}

export interface HeaderRow {
  readonly element: HTMLElement
  draw(columns: Stretch, isAnew: boolean): void
  find(column: number): HTMLElement | undefined
}

/** The header stays at the top; of its cells, too, only those in sight exist. */
export function createHeaderRow(parts: HeaderParts, layout: () => ColumnLayout): HeaderRow {
  const row = element('div', { class: 'grid-row', role: 'row', 'aria-rowindex': 1 })
  const head = element('div', { class: 'grid-head', role: 'rowgroup' }, row)
  const cells = new Map<number, HTMLElement>()
  followColumnDrag(head, { layout, resized: parts.resized, dropped: parts.dropped })

  function createCell(column: number): HTMLElement {
    const made = element('div', {
      class: 'grid-cell grid-header',
      role: 'columnheader',
      id: `${parts.id}-h${column}`,
      'aria-colindex': column + 1,
    })
    row.append(made)
    cells.set(column, made)
    return made
  }

  function drawCell(column: number, isAnew: boolean): void {
    const present = cells.get(column)
    if (present !== undefined && !isAnew) return
    const cell = present ?? createCell(column)
    const { pinnedCount } = layout()
    markPinned(cell, column, pinnedCount)
    cell.style.order = String(column)
    cell.style.insetInlineStart = `${startOf(layout(), column)}px`
    cell.style.inlineSize = `${widthOf(layout(), column)}px`
    parts.drawHeader(cell, column)
  }

  return {
    element: head,
    draw({ from, to }, isAnew) {
      const { pinnedCount } = layout()
      for (const [column, cell] of cells) {
        if (column < pinnedCount || (column >= from && column < to)) continue
        cell.remove()
        cells.delete(column)
      }
      for (let column = 0; column < pinnedCount; column += 1) drawCell(column, isAnew)
      for (let column = from; column < to; column += 1) drawCell(column, isAnew)
    },
    find: (column) => cells.get(column),
  }
}
