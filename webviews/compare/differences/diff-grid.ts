import { element } from '../../shared/dom.ts'
import { text } from '../../shared/texts.ts'
import { cellLength, type Line } from './lines.ts'
import { createLineHead, createRunHead, type DiffTable, type DiffTableParts, fillCell } from './table-content.ts'
import { contains, findRange, type Offsets, type Range, toOffsets } from './visible-range.ts'

/** In CSS pixels. */
const sizes = {
  headWidth: 260,
  runWidth: 200,
  runHeight: 68,
  rowHeight: 26,
  sectionHeight: 30,
  lineHeight: 18,
  maxExpandedHeight: 170,
  keyHeight: 30,
  keyWidth: 150,
  sectionWidth: 190,
  expandedWidth: 420,
} as const

/** Rows and columns drawn beyond those in sight, so that a small scroll draws nothing. */
const extraRows = 8
const extraColumns = 3

type Track = { readonly kind: 'run'; readonly place: number } | Line

/** Rows or columns, and where each lies. */
interface Axis {
  readonly tracks: readonly Track[]
  readonly offsets: Offsets
}

export interface DiffGrid {
  readonly element: HTMLElement
  show(table: DiffTable): void
  /** Draws what a change of size has brought into sight. */
  fit(): void
}

/** One table in which only what is in sight has elements, whatever the number of runs and keys. */
export function createDiffGrid(parts: DiffTableParts): DiffGrid {
  const table = element('div', { role: 'table', class: 'diff-table' })
  const scroller = element('div', { class: 'diff-scroller', role: 'region', tabindex: 0 }, table)
  let shown: { table: DiffTable; rows: Axis; columns: Axis; headHeight: number } | undefined
  let drawn: { rows: Range; columns: Range } | undefined

  function draw(): void {
    if (shown === undefined || scroller.clientHeight === 0) return
    const { rows, columns, headHeight } = shown
    const { scrollTop, clientHeight, clientWidth } = scroller
    // Negative where text runs from right to left.
    const left = Math.abs(scroller.scrollLeft)
    const find = (extra: boolean) => ({
      rows: findRange(rows.offsets, scrollTop, scrollTop + clientHeight - headHeight, extra ? extraRows : 0),
      columns: findRange(columns.offsets, left, left + clientWidth - sizes.headWidth, extra ? extraColumns : 0),
    })
    const needed = find(false)
    if (drawn && contains(drawn.rows, needed.rows) && contains(drawn.columns, needed.columns)) return
    drawn = find(true)
    const focused = document.activeElement?.getAttribute('data-key')
    const hadFocus = table.contains(document.activeElement)
    table.replaceChildren(...drawRows(parts, shown, drawn))
    if (hadFocus) findByKey(focused ?? '').focus({ preventScroll: true })
  }

  function findByKey(key: string): HTMLElement {
    return table.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`) ?? scroller
  }

  scroller.addEventListener('scroll', draw, { passive: true })
  return {
    element: scroller,
    show(next) {
      const runs = next.diff.runs.map((_, place): Track => ({ kind: 'run', place }))
      const [rows, columns] = next.isTransposed ? [runs, next.lines] : [next.lines, runs]
      const headHeight = next.isTransposed ? sizes.keyHeight : sizes.runHeight
      shown = {
        table: next,
        rows: { tracks: rows, offsets: toOffsets(rows.map(findHeight)) },
        columns: { tracks: columns, offsets: toOffsets(columns.map(findWidth)) },
        headHeight,
      }
      drawn = undefined
      const label = text('differences.table', { count: next.diff.runs.length })
      for (const named of [table, scroller]) named.setAttribute('aria-label', label)
      table.setAttribute('aria-rowcount', String(rows.length + 1))
      table.setAttribute('aria-colcount', String(columns.length + 1))
      table.style.blockSize = `${headHeight + (shown.rows.offsets.at(-1) ?? 0)}px`
      table.style.inlineSize = `${sizes.headWidth + (shown.columns.offsets.at(-1) ?? 0)}px`
      draw()
    },
    fit: draw,
  }
}

function findHeight(track: Track): number {
  if (track.kind === 'run') return sizes.runHeight
  if (track.kind === 'section') return sizes.sectionHeight
  if (track.isExpanded !== true) return sizes.rowHeight
  // One line more than there should be, as words break where they can.
  const lineCount = Math.ceil(track.length / cellLength) + 1
  return Math.min(sizes.maxExpandedHeight, sizes.rowHeight + lineCount * sizes.lineHeight)
}

function findWidth(track: Track): number {
  if (track.kind === 'run') return sizes.runWidth
  if (track.kind === 'section') return sizes.sectionWidth
  return track.isExpanded === true ? sizes.expandedWidth : sizes.keyWidth
}

type Shown = { table: DiffTable; rows: Axis; columns: Axis; headHeight: number }

function drawRows(parts: DiffTableParts, shown: Shown, range: { rows: Range; columns: Range }): HTMLElement[] {
  const { table, columns, headHeight } = shown
  const corner = place(
    element('div', { role: 'columnheader', class: 'diff-head', 'aria-colindex': 1 }),
    0,
    sizes.headWidth,
  )
  corner.append(text(table.isTransposed ? 'differences.run' : 'differences.key'))
  const heads = listIndices(range.columns).map((index) => {
    const head = createHead(parts, table, columns.tracks[index], 'columnheader')
    head.setAttribute('aria-colindex', String(index + 2))
    return placeColumn(head, columns.offsets, index)
  })
  const headRow = element('div', { role: 'row', class: 'diff-head-row', 'aria-rowindex': 1 }, corner, ...heads)
  headRow.style.blockSize = `${headHeight}px`
  return [headRow, ...listIndices(range.rows).map((index) => drawRow(parts, shown, index, range.columns))]
}

function drawRow(parts: DiffTableParts, shown: Shown, rowIndex: number, columnRange: Range): HTMLElement {
  const { table, rows, columns, headHeight } = shown
  const track = rows.tracks[rowIndex]
  const head = place(createHead(parts, table, track, 'rowheader'), 0, sizes.headWidth)
  head.setAttribute('aria-colindex', '1')
  const kind = track?.kind ?? 'row'
  const made = element('div', { role: 'row', class: `diff-row ${kind}`, 'aria-rowindex': rowIndex + 2 }, head)
  const top = rows.offsets[rowIndex] ?? 0
  made.style.insetBlockStart = `${headHeight + top}px`
  made.style.blockSize = `${(rows.offsets[rowIndex + 1] ?? top) - top}px`
  // A section's row is its head alone.
  if (track === undefined || track.kind === 'section') return made
  for (const index of listIndices(columnRange)) {
    const cell = element('div', { role: 'cell', class: 'diff-cell', 'aria-colindex': index + 2 })
    const other = columns.tracks[index]
    if (track.kind === 'row' && other?.kind === 'run') fillCell(cell, parts, table, track, other.place)
    else if (track.kind === 'run' && other?.kind === 'row') fillCell(cell, parts, table, other, track.place)
    else cell.classList.add('section')
    made.append(placeColumn(cell, columns.offsets, index))
  }
  return made
}

function createHead(
  parts: DiffTableParts,
  table: DiffTable,
  track: Track | undefined,
  role: 'columnheader' | 'rowheader',
): HTMLElement {
  const content =
    track === undefined
      ? []
      : track.kind === 'run'
        ? createRunHead(parts, table, track.place)
        : createLineHead(parts, track)
  return element('div', { role, class: `diff-head ${track?.kind ?? ''}` }, ...content)
}

function listIndices({ start, end }: Range): number[] {
  return Array.from({ length: Math.max(0, end - start) }, (_, index) => start + index)
}

function placeColumn(cell: HTMLElement, offsets: Offsets, index: number): HTMLElement {
  const start = offsets[index] ?? 0
  return place(cell, sizes.headWidth + start, (offsets[index + 1] ?? start) - start)
}

function place(cell: HTMLElement, start: number, width: number): HTMLElement {
  cell.style.insetInlineStart = `${start}px`
  cell.style.inlineSize = `${width}px`
  return cell
}
