import { isRightToLeft } from '../direction.ts'
import { element } from '../dom.ts'
import {
  type ColumnLayout,
  findVisibleColumns,
  findVisibleRows,
  layOutColumns,
  scrollToShow,
  startOf,
  type Stretch,
  widthOf,
} from './column-layout.ts'
import { createHeaderRow } from './grid-header.ts'
import { type CellPlace, moveByKey } from './grid-keys.ts'
import { createRowPool, type GridCell, type GridRow } from './grid-rows.ts'

export interface GridColumn {
  readonly id: string
  /** CSS pixels. */
  readonly width: number
  /** Pinned columns come first and stay in sight. */
  readonly pinned: boolean
}

export interface GridParts {
  readonly label: string
  /** Begins the ids of cells; unique in the page. */
  readonly id: string
  /** CSS pixels. */
  readonly rowSize: number
  readonly headerSize: number
  drawCell(cell: GridCell, row: number, column: number): void
  drawHeader(cell: HTMLElement, column: number): void
  /** What a cell says when pointed at. */
  describe(row: number, column: number): string
  /** State of a whole row: whether it is selected, its level. */
  drawRow(row: GridRow, index: number): void
  /** Other rows or columns have come into sight; called before they are drawn. */
  moved(rows: Stretch, columns: Stretch): void
  /** A key that does not move the focus. */
  pressed(event: KeyboardEvent, place: CellPlace): void
  clicked(event: MouseEvent, place: CellPlace): void
  menuAsked(event: MouseEvent, place: CellPlace): void
  resized(column: number, width: number, isDone: boolean): void
  /** A column was dragged to the place before another; the number of columns stands for the end. */
  dropped(column: number, before: number): void
}

/** A table of any size with some hundred elements: those in sight, used again for others when it scrolls. */
export interface Grid {
  readonly element: HTMLElement
  readonly focused: CellPlace
  readonly rows: Stretch
  readonly columns: Stretch
  setColumns(columns: readonly GridColumn[]): void
  /** @param pinnedCount rows from the first on that stay in sight, as many of them as fill half of it. Default: 0. */
  setRowCount(count: number, pinnedCount?: number): void
  /** Draws the cells in sight anew. */
  redraw(): void
  focus(place: CellPlace): void
  scrollToTop(): void
  /** The drawn element of a place, for menus to stand beside. */
  find(place: CellPlace): HTMLElement | undefined
}

const none: Stretch = { from: 0, to: 0 }

/**
 * The grid itself has the focus and names the cell it is on (`aria-activedescendant`): elements are used again for
 * other cells, so the focus must not lie on one of them.
 */
export function createGrid(parts: GridParts): Grid {
  const { rowSize, headerSize } = parts
  const pinnedBody = element('div', { class: 'grid-pinned-rows', role: 'rowgroup', hidden: true })
  const body = element('div', { class: 'grid-body', role: 'rowgroup' })
  const pinnedPool = createRowPool({ ...parts, id: `${parts.id}-top`, firstRow: () => 0 }, pinnedBody)
  const pool = createRowPool({ ...parts, firstRow: () => pinnedRows }, body)
  const header = createHeaderRow(parts, () => layout)
  const root = element(
    'div',
    { class: 'grid', role: 'grid', tabindex: 0, 'aria-label': parts.label, 'aria-multiselectable': 'true' },
    header.element,
    pinnedBody,
    body,
  )
  root.style.setProperty('--grid-row-size', `${rowSize}px`)
  root.style.setProperty('--grid-header-size', `${headerSize}px`)
  let layout: ColumnLayout = layOutColumns([])
  let rowCount = 0
  /** Rows that are meant to stay in sight, and those that do. */
  let pinnedCount = 0
  let pinnedRows = 0
  let rows = none
  let columns = none
  let focused: CellPlace = { row: 0, column: 0 }
  let size = { width: 0, height: 0 }
  /** As of the last event: asking the page for it while something is changed makes it lay itself out. */
  let scroll = { top: 0, inline: 0 }
  let isDrawing = false
  let marked: HTMLElement | undefined

  const viewHeight = () => Math.max(0, size.height - headerSize)
  const bodyHeight = () => Math.max(0, viewHeight() - pinnedRows * rowSize)

  function layOutRows(): void {
    pinnedRows = Math.min(pinnedCount, rowCount, Math.floor(viewHeight() / 2 / rowSize))
    pinnedBody.hidden = pinnedRows === 0
    pinnedBody.style.blockSize = `${pinnedRows * rowSize}px`
    body.style.blockSize = `${(rowCount - pinnedRows) * rowSize}px`
  }

  function draw(isAnew: boolean): void {
    const pinnedSize = startOf(layout, layout.pinnedCount)
    const loose = findVisibleRows(rowCount - pinnedRows, rowSize, scroll.top, bodyHeight())
    rows = { from: loose.from + pinnedRows, to: loose.to + pinnedRows }
    columns = findVisibleColumns(layout, scroll.inline, Math.max(0, size.width - pinnedSize))
    parts.moved(rows, columns)
    header.draw(columns, isAnew)
    pinnedPool.draw(layout, { from: 0, to: pinnedRows }, columns, isAnew)
    pool.draw(layout, rows, columns, isAnew)
    markFocused()
  }

  function markFocused(): void {
    const cell = findCell(focused)
    if (marked !== cell) marked?.removeAttribute('data-focused')
    marked = cell
    cell?.setAttribute('data-focused', '')
    if (cell === undefined) root.removeAttribute('aria-activedescendant')
    else if (root.getAttribute('aria-activedescendant') !== cell.id) root.setAttribute('aria-activedescendant', cell.id)
  }

  function findCell({ row, column }: CellPlace): HTMLElement | undefined {
    if (row < 0) return header.find(column)
    return row < pinnedRows ? pinnedPool.find(row, column) : pool.find(row, column)
  }

  function readScroll(): void {
    scroll = { top: root.scrollTop, inline: Math.abs(root.scrollLeft) }
  }

  function drawSoon(): void {
    readScroll()
    if (isDrawing) return
    isDrawing = true
    requestAnimationFrame(() => {
      isDrawing = false
      draw(false)
    })
  }

  function focus({ row, column }: CellPlace): void {
    focused = {
      row: Math.max(-1, Math.min(rowCount - 1, row)),
      column: Math.max(0, Math.min(layout.count - 1, column)),
    }
    reveal(focused)
    draw(false)
  }

  function reveal({ row, column }: CellPlace): void {
    const start = (row - pinnedRows) * rowSize
    if (start >= 0) root.scrollTop = scrollToShow(scroll.top, bodyHeight(), start, start + rowSize)
    // The first row is the top of the table, also when it is in sight wherever the others are.
    else if (row === 0) root.scrollTop = 0
    if (column >= layout.pinnedCount) {
      const pinnedSize = startOf(layout, layout.pinnedCount)
      const start = startOf(layout, column) - pinnedSize
      const next = scrollToShow(scroll.inline, size.width - pinnedSize, start, start + widthOf(layout, column))
      root.scrollLeft = isRightToLeft(root) ? -next : next
    }
    readScroll()
  }

  /** Behind the last column a row goes on, and stands for the cell that has the focus in its column. */
  function placeOf({ target }: Pick<Event, 'target'>): CellPlace | undefined {
    const row = target instanceof Element ? target.closest('[role=row]') : null
    if (!(target instanceof Element) || row === null) return undefined
    const cell = target.closest('[role=gridcell], [role=columnheader]')
    const place = Number(row.getAttribute('aria-rowindex')) - 2
    if (cell === null) return place < 0 ? undefined : { row: place, column: focused.column }
    return { row: place, column: Number(cell.getAttribute('aria-colindex')) - 1 }
  }

  root.addEventListener('scroll', drawSoon, { passive: true })
  root.addEventListener('mousedown', (event) => {
    const place = placeOf(event)
    // Buttons in cells stand for keys of the grid, and take no focus from it.
    if (place === undefined || (event.target instanceof Element && event.target.closest('.grid-resize') !== null))
      return
    event.preventDefault()
    root.focus({ preventScroll: true })
    focused = place
    markFocused()
  })
  root.addEventListener('mouseover', ({ target }) => {
    const cell = target instanceof Element ? target.closest('[role=gridcell]') : null
    const place = cell instanceof HTMLElement ? placeOf({ target: cell }) : undefined
    if (cell instanceof HTMLElement && place !== undefined) cell.title = parts.describe(place.row, place.column)
  })
  root.addEventListener('click', (event) => {
    const place = placeOf(event)
    if (place !== undefined) parts.clicked(event, place)
  })
  root.addEventListener('contextmenu', (event) => {
    const place = placeOf(event)
    if (place === undefined) return
    event.preventDefault()
    parts.menuAsked(event, place)
  })
  root.addEventListener('keydown', (event) => {
    if (event.target !== root) return
    const pageRows = Math.max(1, Math.floor(bodyHeight() / rowSize) - 1)
    const extent = { rowCount, columnCount: layout.count, pageRows, isRightToLeft: isRightToLeft(root) }
    const next = moveByKey(event, focused, extent)
    if (next === undefined) return parts.pressed(event, focused)
    event.preventDefault()
    focus(next)
  })
  new ResizeObserver(() => {
    size = { width: root.clientWidth, height: root.clientHeight }
    if (size.width === 0) return
    layOutRows()
    draw(false)
  }).observe(root)

  return {
    element: root,
    get focused() {
      return focused
    },
    get rows() {
      return rows
    },
    get columns() {
      return columns
    },
    setColumns(next) {
      layout = layOutColumns(next)
      const total = startOf(layout, layout.count)
      root.style.setProperty('--grid-inline-size', `${total}px`)
      root.setAttribute('aria-colcount', String(layout.count))
      focused = { row: focused.row, column: Math.max(0, Math.min(layout.count - 1, focused.column)) }
      draw(true)
    },
    setRowCount(count, pinned = 0) {
      if (count === rowCount && pinned === pinnedCount) return
      rowCount = count
      pinnedCount = pinned
      layOutRows()
      root.setAttribute('aria-rowcount', String(count + 1))
      focused = { row: Math.min(focused.row, Math.max(0, count - 1)), column: focused.column }
    },
    redraw: () => draw(true),
    focus(place) {
      root.focus({ preventScroll: true })
      focus(place)
    },
    scrollToTop() {
      root.scrollTop = 0
      readScroll()
    },
    find: findCell,
  }
}
