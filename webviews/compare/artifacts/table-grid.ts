import { element } from '../../shared/dom.ts'
import { createGrid } from '../../shared/grid/grid.ts'
import type { GridCell } from '../../shared/grid/grid-rows.ts'

/** What a grid of a table shows. */
export interface TableContent {
  /** Begins the ids of its cells; unique in the page. */
  readonly id: string
  readonly label: string
  readonly headers: readonly string[]
  readonly rowCount: number
  /** Whether cells hold pictures, which need higher rows. */
  readonly hasImages: boolean
  toText(row: number, column: number): string
  /** A class for the cell; empty for none. */
  toClass?(row: number, column: number): string
  /** The path of the picture in a cell; undefined where there is none. */
  findImage?(row: number, column: number): string | undefined
  /** Resolves to a URL that lasts as long as the table. */
  loadImage?(path: string): Promise<string>
}

/** CSS pixels. */
const rowSizes = { text: 24, image: 72 } as const
const headerSize = 28
const [minWidth, maxWidth, characterWidth] = [70, 280, 8]
const sampledRows = 50

/** A table that was logged, in the shared grid: it can be read, not changed. */
export function createTableGrid(content: TableContent): HTMLElement {
  const { headers, rowCount, hasImages } = content
  const nothing = () => undefined
  const widths = headers.map((header, column) => widthOf(content, header, column))
  const grid = createGrid({
    id: content.id,
    label: content.label,
    rowSize: hasImages ? rowSizes.image : rowSizes.text,
    headerSize,
    drawCell: (cell, row, column) => drawCell(content, cell, row, column),
    drawHeader(cell, column) {
      cell.textContent = headers[column] ?? ''
      cell.title = headers[column] ?? ''
    },
    describe: content.toText,
    drawRow: nothing,
    moved: nothing,
    pressed: nothing,
    clicked: nothing,
    menuAsked: nothing,
    resized(column, width) {
      widths[column] = width
      showColumns()
    },
    dropped: nothing,
  })

  function showColumns(): void {
    grid.setColumns(widths.map((width, column) => ({ id: String(column), width, pinned: false })))
  }

  showColumns()
  grid.setRowCount(rowCount)
  grid.redraw()
  const rowSize = hasImages ? rowSizes.image : rowSizes.text
  // One row more, for a scrollbar below them.
  grid.element.style.maxBlockSize = `${headerSize + (rowCount + 1) * rowSize}px`
  return grid.element
}

/** As wide as the longest of the first texts, within bounds. */
function widthOf({ rowCount, toText }: TableContent, header: string, column: number): number {
  let length = header.length
  for (let row = 0; row < Math.min(rowCount, sampledRows); row += 1)
    length = Math.max(length, toText(row, column).length)
  return Math.min(maxWidth, Math.max(minWidth, length * characterWidth + 20))
}

function drawCell(content: TableContent, cell: GridCell, row: number, column: number): void {
  const words = content.toText(row, column)
  const path = content.findImage?.(row, column)
  cell.element.className = `grid-cell table-cell ${content.toClass?.(row, column) ?? ''}`
  cell.drawn = path
  if (path === undefined || content.loadImage === undefined) {
    cell.element.textContent = words
    return
  }
  cell.element.replaceChildren()
  void content.loadImage(path).then(
    (url) => {
      // Cells are used again for others when the table scrolls.
      if (cell.drawn === path) cell.element.replaceChildren(element('img', { src: url, alt: words }))
    },
    () => {
      if (cell.drawn === path) cell.element.textContent = words
    },
  )
}
