/** A cell of a grid; row −1 is the header. */
export interface CellPlace {
  readonly row: number
  readonly column: number
}

export interface GridExtent {
  readonly rowCount: number
  readonly columnCount: number
  /** Rows that are in sight at once. */
  readonly pageRows: number
  readonly isRightToLeft: boolean
}

export interface KeyPress {
  readonly key: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly shiftKey: boolean
  readonly altKey: boolean
}

/**
 * Where a key moves the focus; undefined for a key that does not.
 *
 * @see https://www.w3.org/WAI/ARIA/apg/patterns/grid/ "Keyboard interaction for data grids"
 */
export function moveByKey(press: KeyPress, { row, column }: CellPlace, extent: GridExtent): CellPlace | undefined {
  const { key, altKey, shiftKey, ctrlKey, metaKey } = press
  const toEnd = ctrlKey || metaKey
  const isRange = shiftKey && (key === 'ArrowUp' || key === 'ArrowDown')
  if (altKey || isRange || (shiftKey && toEnd)) return undefined
  const { rowCount, columnCount, pageRows, isRightToLeft } = extent
  const forward = isRightToLeft ? 'ArrowLeft' : 'ArrowRight'
  const to = (nextRow: number, nextColumn: number): CellPlace => ({
    row: Math.max(-1, Math.min(rowCount - 1, nextRow)),
    column: Math.max(0, Math.min(columnCount - 1, nextColumn)),
  })
  switch (key) {
    case 'ArrowUp':
      return to(row - 1, column)
    case 'ArrowDown':
      return to(row + 1, column)
    case 'ArrowLeft':
    case 'ArrowRight':
      return to(row, column + (key === forward ? 1 : -1))
    case 'Home':
      return toEnd ? to(0, 0) : to(row, 0)
    case 'End':
      return toEnd ? to(rowCount - 1, columnCount - 1) : to(row, columnCount - 1)
    case 'PageUp':
      return to(Math.max(0, row - pageRows), column)
    case 'PageDown':
      return to(row + pageRows, column)
    default:
      return undefined
  }
}
