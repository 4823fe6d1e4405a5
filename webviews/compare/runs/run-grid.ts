import type { RunwrightError } from '../../../src/protocol/errors.ts'
import type { RunId } from '../../../src/protocol/ids.ts'
import type { TableColumn, TableRow } from '../../../src/protocol/run-table.ts'
import type { SavedView, ViewColumn } from '../../../src/protocol/saved-view.ts'
import type { Stretch } from '../../shared/grid/column-layout.ts'
import { createGrid, type Grid, type GridParts } from '../../shared/grid/grid.ts'
import { text } from '../../shared/texts.ts'
import type { Parts } from '../tab.ts'
import { columnId } from './column-name.ts'
import { drawHeaderCell } from './header-cell.ts'
import { describeLine, drawNameCell } from './name-cell.ts'
import { openModel } from './open-model.ts'
import { createPace } from './refresh-pace.ts'
import type { Totals } from './row-source.ts'
import { noteColumn, readMarks, starColumn } from './run-marks.ts'
import { bestOf, type LineCell, type TableModel } from './table-model.ts'
import { describeValue, drawValueCell, isTold } from './value-cell.ts'
import { arrangeColumns } from './view-columns.ts'

export interface RunGridParts extends Parts, Pick<GridParts, 'pressed' | 'clicked' | 'menuAsked' | 'dropped'> {
  /** A column of the view was resized to its end. */
  widthChanged(column: TableColumn, width: number): void
  /** What there is has changed: totals, or whether anything is there. */
  told(): void
  /** The runs that the view asks for have taken the place of those before. */
  opened(): void
  failed(error: RunwrightError): void
}

/** The grid of runs: asks a model for what is in sight, and changes to another when the view asks for other runs. */
export interface RunGrid {
  readonly grid: Grid
  readonly totals: Totals | undefined
  readonly model: TableModel | undefined
  /** The columns behind the name, as they stand. */
  readonly columns: readonly ViewColumn[]
  showHidden(isShown: boolean): void
  /** Fetches what is out of date. Called while the grid is in sight only. */
  refresh(): void
  /** Something changed in the engine. */
  outdate(areTotalsStale: boolean): void
  /** The view has changed. */
  follow(before: SavedView): void
}

/** CSS pixels. */
export const rowSize = 24
const headerSize = 28
const initialNameWidth = 260
/** For mean, spread and best. */
const groupedMetricWidth = 200

/** Columns that are fetched on either side of those in sight, so that a step sideways waits for nothing. */
const columnsAhead = 6
/** The first change shows at once; those that keep coming, as metrics of many runs do, once a second. */
const pauseMs = 1000

export function createRunGrid(parts: RunGridParts): RunGrid {
  const { state } = parts
  const chosen = { source: state.view.chosen, set: new Set(state.view.chosen) }
  let model: TableModel | undefined
  /** Takes the place of `model` once it has something to show. */
  let next: TableModel | undefined
  let columns = arrangeColumns(state.view.columns)
  let nameWidth = initialNameWidth
  let showsHidden = false
  let outdated: 'nothing' | 'cells' | 'all' = 'nothing'
  let now = Date.now()
  const widths = new Map<number, number>()
  const hidden = () => new Set(state.view.hidden)
  let hiddenSet = hidden()

  const grid = createGrid({
    id: 'runs-grid',
    label: text('runs.table'),
    rowSize,
    headerSize,
    pressed: parts.pressed,
    clicked: parts.clicked,
    menuAsked: parts.menuAsked,
    dropped: parts.dropped,
    drawCell(cell, row, column) {
      if (column === 0) {
        const marks = readMarks(model, row)
        return drawNameCell(cell, model?.line(row), (run) => ({ ...stateOf(run), ...marks }))
      }
      const shown = columns[column - 1]?.column
      if (shown === undefined) return
      drawValueCell(cell, shown, valueAt(row, shown), findBest(shown), now)
    },
    describe(row, column) {
      const shown = columns[column - 1]?.column
      if (column === 0) return describeName(row)
      return shown === undefined ? '' : describeValue(shown, valueAt(row, shown), findBest(shown), now)
    },
    drawHeader: (cell, column) => drawHeaderCell(cell, columns[column - 1]?.column, state.view.order),
    drawRow(drawn, index) {
      const { element } = drawn
      const line = model?.line(index)
      const row = line?.kind === 'run' ? line.row : undefined
      const isOpen = line?.kind === 'group' && line.isOpen
      const key = JSON.stringify([line, isOpen, row && stateOf(row), state.view.groupBy.length])
      if (drawn.drawn === key) return
      drawn.drawn = key
      element.classList.toggle('hidden-run', row !== undefined && hiddenSet.has(row.runId))
      element.classList.toggle('group-row', line?.kind === 'group')
      element.setAttribute('aria-selected', String(row !== undefined && isChosen(row.runId)))
      give(element, 'aria-expanded', line?.kind === 'group' ? String(line.isOpen) : undefined)
      const level = line?.kind === 'run' && line.isInGroup ? '2' : '1'
      give(element, 'aria-level', state.view.groupBy.length > 0 ? level : undefined)
    },
    moved: (rows, range) => want(rows, range),
    resized(column, width, isDone) {
      const shown = columns[column - 1]
      if (column === 0) nameWidth = width
      else if (shown !== undefined && isDone) {
        widths.clear()
        return parts.widthChanged(shown.column, width)
      } else widths.set(column, width)
      layOut()
    },
  })

  function isChosen(runId: RunId): boolean {
    if (chosen.source !== state.view.chosen) {
      chosen.source = state.view.chosen
      chosen.set = new Set(chosen.source)
    }
    return chosen.set.has(runId)
  }

  function valueAt(row: number, column: TableColumn): LineCell | 'untold' {
    return isTold(column, state.place) ? (model?.cell(row, column) ?? 'loading') : 'untold'
  }

  function findBest(column: TableColumn): number | undefined {
    return column.kind === 'metric' && model !== undefined ? bestOf(model, column) : undefined
  }

  function describeName(row: number): string {
    const line = model?.line(row)
    const run = line?.kind === 'run' ? line.row : undefined
    return describeLine(line, { ...readMarks(model, row), isPinned: run !== undefined && stateOf(run).isPinned })
  }

  const stateOf = ({ runId }: TableRow) => ({
    isChosen: isChosen(runId),
    isHidden: hiddenSet.has(runId),
    isPinned: state.view.pinned?.includes(runId) === true,
    color: state.colorOf(runId),
  })

  function want(rows: Stretch, range: Stretch): void {
    if (state.view.tab !== 'runs') return
    const asked = askedColumns(range)
    model?.want(rows, asked)
    next?.want(model === undefined ? { from: 0, to: 40 } : rows, asked)
  }

  /** The pinned ones, those in sight, and some ahead. */
  function askedColumns({ from, to }: Stretch): TableColumn[] {
    const near = columns.slice(Math.max(0, from - 1 - columnsAhead), Math.max(0, to - 1) + columnsAhead)
    const pinned = columns.filter(({ pinned }) => pinned)
    const asked = [...[...new Set([...pinned, ...near])].map(({ column }) => column), starColumn, noteColumn]
    return [...new Map(asked.map((column) => [columnId(column), column])).values()]
  }

  function layOut(): void {
    const isGrouped = state.view.groupBy.length > 0
    grid.element.setAttribute('role', isGrouped ? 'treegrid' : 'grid')
    const widthOf = ({ column, width }: ViewColumn, index: number) =>
      widths.get(index + 1) ?? (isGrouped && column.kind === 'metric' ? Math.max(width, groupedMetricWidth) : width)
    grid.setColumns([
      { id: 'name', width: nameWidth, pinned: true },
      ...columns.map((shown, index) => ({ id: '', width: widthOf(shown, index), pinned: shown.pinned })),
    ])
  }

  function changed(from: TableModel): void {
    if (from === next && next.isReady) {
      model?.close()
      model = next
      next = undefined
      parts.opened()
    }
    if (from === model) drawPace.ask()
  }

  function draw(): void {
    now = Date.now()
    grid.setRowCount(model?.lineCount ?? 0, model?.pinnedCount)
    grid.element.setAttribute('aria-busy', String(next !== undefined))
    grid.redraw()
    parts.told()
  }
  const drawPace = createPace(0, draw)

  /** Asks for other runs; those shown now stay until the others are there. */
  function reopen(totals?: Totals): void {
    next?.close()
    const openGroups = model?.openGroups ?? []
    const query = { view: state.view, showsHidden, openGroups, ...(totals === undefined ? {} : { totals }) }
    const opened: TableModel = openModel(parts, query, { changed: () => changed(opened), failed: parts.failed })
    next = opened
    grid.element.setAttribute('aria-busy', 'true')
    if (grid.element.isConnected && state.view.tab === 'runs') want(grid.rows, grid.columns)
  }

  const refreshPace = createPace(pauseMs, () => {
    if (state.view.tab !== 'runs' || outdated === 'nothing') return
    model?.refresh(outdated === 'all')
    next?.refresh(outdated === 'all')
    outdated = 'nothing'
  })

  layOut()
  reopen()
  return {
    grid,
    get totals() {
      return model?.totals
    },
    get model() {
      return model
    },
    get columns() {
      return columns
    },
    showHidden(isShown) {
      showsHidden = isShown
      reopen()
    },
    refresh() {
      if (outdated !== 'nothing') refreshPace.ask()
      grid.redraw()
    },
    outdate(areTotalsStale) {
      if (outdated !== 'all') outdated = areTotalsStale ? 'all' : 'cells'
      if (state.view.tab === 'runs') refreshPace.ask()
    },
    follow(before) {
      const { view } = state
      hiddenSet = hidden()
      if (view.columns !== before.columns) columns = arrangeColumns(view.columns)
      if (view.columns !== before.columns || view.groupBy !== before.groupBy) layOut()
      if (view.filter !== before.filter || view.groupBy !== before.groupBy) grid.scrollToTop()
      if (
        view.filter !== before.filter ||
        view.groupBy !== before.groupBy ||
        view.pinned !== before.pinned ||
        (view.hidden !== before.hidden && !showsHidden)
      )
        reopen()
      else if (view.order !== before.order) reopen(view.groupBy.length === 0 ? (next ?? model)?.totals : undefined)
      grid.redraw()
    },
  }
}

function give(node: Element, name: string, value: string | undefined): void {
  if (value === undefined) node.removeAttribute(name)
  else node.setAttribute(name, value)
}
