/** Where columns lie, in CSS pixels from the inline start; the pinned ones come first and do not scroll. */
export interface ColumnLayout {
  /** Start of each column, and behind the last one the end of all. */
  readonly starts: Float64Array
  readonly count: number
  readonly pinnedCount: number
}

/** A stretch of rows or columns, the end left out. */
export interface Stretch {
  readonly from: number
  readonly to: number
}

export function layOutColumns(columns: readonly { width: number; pinned: boolean }[]): ColumnLayout {
  const starts = new Float64Array(columns.length + 1)
  for (const [index, { width }] of columns.entries()) starts[index + 1] = (starts[index] ?? 0) + width
  const firstLoose = columns.findIndex(({ pinned }) => !pinned)
  return { starts, count: columns.length, pinnedCount: firstLoose < 0 ? columns.length : firstLoose }
}

export function startOf({ starts }: ColumnLayout, column: number): number {
  return starts[column] ?? 0
}

export function widthOf({ starts }: ColumnLayout, column: number): number {
  return (starts[column + 1] ?? 0) - (starts[column] ?? 0)
}

/** The scrolled columns of which any part is in sight, in a viewport that begins behind the pinned ones. */
export function findVisibleColumns(layout: ColumnLayout, scroll: number, viewportSize: number): Stretch {
  const { pinnedCount, count } = layout
  const start = scroll + startOf(layout, pinnedCount)
  const from = findColumnAt(layout, start)
  let to = from
  while (to < count && startOf(layout, to) < start + viewportSize) to += 1
  return { from: Math.min(from, count), to }
}

/** The scrolled column that holds this place, by halving. */
function findColumnAt(layout: ColumnLayout, place: number): number {
  let low = layout.pinnedCount
  let high = layout.count
  while (low < high) {
    const middle = (low + high) >> 1
    if (startOf(layout, middle + 1) <= place) low = middle + 1
    else high = middle
  }
  return low
}

/** Rows of one height of which any part is in sight, and one more on either side. */
export function findVisibleRows(rowCount: number, rowSize: number, scroll: number, viewportSize: number): Stretch {
  const from = Math.max(0, Math.floor(scroll / rowSize) - 1)
  const to = Math.min(rowCount, Math.ceil((scroll + viewportSize) / rowSize) + 1)
  return { from: Math.min(from, to), to }
}

/** How far to scroll so that a stretch of pixels comes into sight, moving as little as can be. */
export function scrollToShow(scroll: number, viewportSize: number, start: number, end: number): number {
  if (start < scroll) return start
  return end > scroll + viewportSize ? Math.max(0, end - viewportSize) : scroll
}
