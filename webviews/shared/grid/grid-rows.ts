import { element } from '../dom.ts'
import { type ColumnLayout, startOf, type Stretch, widthOf } from './column-layout.ts'

/** An element that shows one cell now and another later. */
export interface GridCell {
  readonly element: HTMLElement
  /** What the one who draws it keeps with it: its parts, what it shows. */
  drawn: unknown
}

export interface GridRow {
  readonly element: HTMLElement
  drawn: unknown
}

interface PooledCell extends GridCell {
  column: number
  start: number
  width: number
}

interface PooledRow extends GridRow {
  readonly pinned: PooledCell[]
  readonly loose: PooledCell[]
  index: number
  /** CSS pixels from the top of the body. */
  start: number
}

interface RowParts {
  readonly id: string
  readonly rowSize: number
  /** The row at the top of the body. */
  firstRow(): number
  drawCell(cell: GridCell, row: number, column: number): void
  drawRow(row: GridRow, index: number): void
}

export interface RowPool {
  draw(layout: ColumnLayout, rows: Stretch, columns: Stretch, isAnew: boolean): void
  find(row: number, column: number): HTMLElement | undefined
}

/** Rows and cells as many as are in sight; row `i` is drawn by element `i` modulo their number, so scrolling moves few. */
export function createRowPool(parts: RowParts, body: HTMLElement): RowPool {
  const pool: PooledRow[] = []
  const pattern = element('div', { class: 'grid-cell', role: 'gridcell' })
  let slots = { rows: 0, columns: 0 }

  function createRow(): PooledRow {
    const made = element('div', { class: 'grid-row', role: 'row' })
    body.append(made)
    return { element: made, pinned: [], loose: [], index: -1, start: -1, drawn: undefined }
  }

  function createCell(parent: HTMLElement, slot: string): PooledCell {
    // SAFETY: a copy of an HTMLElement is one. Copying is quicker than making, and there are hundreds.
    const made = pattern.cloneNode() as HTMLElement
    made.id = `${parts.id}-${slot}`
    parent.append(made)
    return { element: made, column: -1, start: -1, width: -1, drawn: undefined }
  }

  function drawRow(row: PooledRow, index: number, layout: ColumnLayout, columns: Stretch, isAnew: boolean): void {
    const isMoved = row.index !== index
    const start = (index - parts.firstRow()) * parts.rowSize
    if (row.start !== start) row.element.style.insetBlockStart = `${(row.start = start)}px`
    if (isMoved) {
      row.index = index
      row.element.hidden = false
      row.element.setAttribute('aria-rowindex', String(index + 2))
    }
    if (isMoved || isAnew) parts.drawRow(row, index)
    const slot = pool.indexOf(row)
    const isNew = row.pinned.length !== layout.pinnedCount
    fit(row.pinned, layout.pinnedCount, (cell) => createCell(row.element, `${slot}-p${cell}`))
    for (let column = 0; column < layout.pinnedCount; column += 1) {
      const cell = row.pinned[column]
      if ((isAnew || isNew) && cell !== undefined) markPinned(cell.element, column, layout.pinnedCount)
      drawCell(cell, index, column, layout, isMoved || isAnew)
    }
    fit(row.loose, slots.columns, (cell) => createCell(row.element, `${slot}-${cell}`))
    for (let column = columns.from; column < columns.to; column += 1) {
      drawCell(row.loose[column % slots.columns], index, column, layout, isMoved || isAnew)
    }
    hideUnused(row, columns)
  }

  function drawCell(
    cell: PooledCell | undefined,
    row: number,
    column: number,
    layout: ColumnLayout,
    isForced: boolean,
  ): void {
    if (cell === undefined) return
    const start = startOf(layout, column)
    const width = widthOf(layout, column)
    if (cell.start !== start) cell.element.style.insetInlineStart = `${(cell.start = start)}px`
    if (cell.width !== width) cell.element.style.inlineSize = `${(cell.width = width)}px`
    if (cell.column === column && !isForced) return
    if (cell.column !== column) {
      if (cell.column < 0) cell.element.hidden = false
      cell.column = column
      cell.element.setAttribute('aria-colindex', String(column + 1))
    }
    parts.drawCell(cell, row, column)
  }

  return {
    draw(layout, rows, columns, isAnew) {
      slots = {
        rows: Math.max(slots.rows, rows.to - rows.from),
        columns: grow(slots.columns, columns.to - columns.from),
      }
      if (slots.rows !== pool.length) for (const row of pool) row.index = -1
      fit(pool, slots.rows, createRow)
      const isFree = pool.map(() => true)
      for (let index = rows.from; index < rows.to; index += 1) {
        const slot = index % slots.rows
        const row = pool[slot]
        isFree[slot] = false
        if (row !== undefined) drawRow(row, index, layout, columns, isAnew)
      }
      for (const [slot, row] of pool.entries()) if (isFree[slot] === true) hideRow(row)
    },
    find(row, column) {
      const found = pool.find(({ index }) => index === row)
      const cell = found?.pinned.find((cell) => cell.column === column)
      return (cell ?? found?.loose.find((cell) => cell.column === column))?.element
    },
  }
}

/** Columns differ in width, so their number goes up and down by one while scrolling; elements are only added. */
function grow(present: number, needed: number): number {
  return needed > present || needed < present / 2 ? needed : present
}

function fit<Item extends { readonly element: HTMLElement }>(
  items: Item[],
  count: number,
  make: (index: number) => Item,
): void {
  while (items.length < count) items.push(make(items.length))
  for (const { element } of items.splice(count)) element.remove()
}

function hideRow(row: PooledRow): void {
  if (row.index < 0 && row.element.hidden) return
  row.index = -1
  row.element.hidden = true
}

function hideUnused(row: PooledRow, { from, to }: Stretch): void {
  for (const cell of row.loose) {
    if (cell.column >= from && cell.column < to) continue
    if (cell.column >= 0 || !cell.element.hidden) cell.element.hidden = true
    cell.column = -1
  }
}

/** Pinned cells stand in the row's flow and stick to its start; the last of them draws the line behind it. */
export function markPinned(cell: HTMLElement, column: number, pinnedCount: number): void {
  if (column >= pinnedCount) cell.removeAttribute('data-pinned')
  else cell.setAttribute('data-pinned', column === pinnedCount - 1 ? 'last' : 'yes')
}
