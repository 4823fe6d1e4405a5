import type { RunId } from '../../../src/protocol/ids.ts'
import type { TableRow } from '../../../src/protocol/run-table.ts'
import type { CellPlace } from '../../shared/grid/grid-keys.ts'
import { findInlineStep } from '../../shared/direction.ts'
import { showMenu } from '../../shared/menu.ts'
import { text } from '../../shared/texts.ts'
import type { Parts } from '../tab.ts'
import { changeChoice, maxChosen } from './choice.ts'
import { showColorPalette } from './color-palette.ts'
import { listColumnItems } from './column-menu.ts'
import { nameColumn, spokenColumnName } from './column-name.ts'
import type { RunGrid, RunGridParts } from './run-grid.ts'
import { createMarkActions, readMarks } from './run-marks.ts'
import { changePinned } from './pinned-runs.ts'
import { changeHidden, listRunItems } from './run-menu.ts'
import { toggleOrder } from './sort-order.ts'
import { changeColumn, clampWidth, moveColumn } from './view-columns.ts'

type Anchor = Parameters<typeof showMenu>[0]

/** CSS pixels by which a key changes a column's width. */
const widthStep = 16

/** What keys and the mouse do in the table. */
export function createGridActions(
  parts: Parts,
  runs: () => RunGrid,
  said: (message: string) => void,
): Pick<RunGridParts, 'pressed' | 'clicked' | 'menuAsked'> {
  const { state, host } = parts
  const marks = createMarkActions(parts, said)
  /** Where a range of rows begins. */
  let rangeStart: number | undefined
  /** Where the keys have brought its other end. */
  let rangeEnd: number | undefined

  const lineAt = (row: number) => runs().model?.line(row)
  function rowAt(row: number): TableRow | undefined {
    const line = lineAt(row)
    return line?.kind === 'run' ? line.row : undefined
  }
  const isChosen = (runId: RunId) => state.view.chosen.includes(runId)
  const isHidden = (runId: RunId) => state.view.hidden.includes(runId)
  const isPinned = (runId: RunId) => state.view.pinned?.includes(runId) === true
  const choose = (runIds: readonly RunId[], isToBeChosen: boolean) =>
    state.update({ chosen: changeChoice(state.view.chosen, runIds, isToBeChosen) })

  function toggleRun(row: number, isRange: boolean): void {
    const run = rowAt(row)
    if (run === undefined) return
    if (isRange && rangeStart !== undefined) {
      const [from, to] = [Math.min(rangeStart, row), Math.max(rangeStart, row)]
      const ids = Array.from({ length: Math.min(maxChosen, to - from + 1) }, (_, place) => rowAt(from + place)?.runId)
      choose(
        ids.filter((runId) => runId !== undefined),
        true,
      )
    } else choose([run.runId], !isChosen(run.runId))
    rangeStart = row
  }

  function sort(column: number, isAdded: boolean): void {
    const sorted = column === 0 ? nameColumn : runs().columns[column - 1]?.column
    if (sorted !== undefined) state.update({ order: toggleOrder(state.view.order, sorted, isAdded) })
  }

  function openMenu({ row, column }: CellPlace, anchor: Anchor): void {
    if (row < 0) return openColumnMenu(column, anchor)
    const run = rowAt(row)
    if (run === undefined) return runs().model?.toggle(row)
    const { isStarred } = readMarks(runs().model, row)
    const items = listRunItems(parts, run, {
      isStarred,
      star: () => star(row),
      editNote: () => editNote(row, anchor),
      pin: () => pin(run.runId),
      chooseColor: () => openPalette(run, anchor),
    })
    showMenu(anchor, text('runs.runMenu', { name: run.name }), items)
  }

  /** The run and, where it is a chosen one, all that are chosen. */
  const withChosen = (runId: RunId) => (isChosen(runId) ? state.view.chosen : [runId])

  function star(row: number): void {
    const run = rowAt(row)
    if (run !== undefined) marks.star(withChosen(run.runId), !readMarks(runs().model, row).isStarred)
  }

  function pin(runId: RunId): void {
    state.update({ pinned: changePinned(state.view.pinned, withChosen(runId), !isPinned(runId)) })
  }

  function editNote(row: number, anchor: Anchor): void {
    const run = rowAt(row)
    if (run !== undefined) marks.editNote(run, readMarks(runs().model, row).note, anchor)
  }

  /** Letters and keys that stand for an entry of the run's menu. */
  function actByKey({ key, ctrlKey, metaKey, altKey }: KeyboardEvent, row: number, anchor: Anchor): boolean {
    const run = rowAt(row)
    if (run === undefined || ctrlKey || metaKey || altKey) return false
    const { runId } = run
    if (key === 's') star(row)
    else if (key === 'n') editNote(row, anchor)
    else if (key === 'p') pin(runId)
    else if (key === 'h') state.update({ hidden: changeHidden(state.view.hidden, runId, !isHidden(runId)) })
    else if (key === 'F2') host.act({ kind: 'rename-run', runId })
    else if (key === 'Delete') host.act({ kind: 'delete-runs', runIds: withChosen(runId) })
    else return false
    return true
  }

  /** Shift with an arrow takes the next row along. */
  function extend(row: number, column: number, by: number): void {
    const next = Math.max(0, Math.min((runs().model?.lineCount ?? 1) - 1, row + by))
    if (rangeStart === undefined || !isInRange(row)) {
      rangeStart = row
      choose(
        [rowAt(row)?.runId].filter((runId) => runId !== undefined),
        true,
      )
    }
    const run = rowAt(next)
    if (run !== undefined) choose([run.runId], true)
    rangeEnd = next
    runs().grid.focus({ row: next, column })
  }
  const isInRange = (row: number) => rangeEnd === row

  function openColumnMenu(column: number, anchor: Anchor): void {
    const shown = runs().columns[column - 1]
    if (shown === undefined) return
    const label = text('runs.columnMenu', { name: spokenColumnName(shown.column) })
    showMenu(anchor, label, listColumnItems(state, shown, column - 1, anchor))
  }

  function openPalette({ runId, name }: TableRow, anchor: Anchor): void {
    showColorPalette(anchor, name, state.view.colors[runId], (color) => {
      const { [runId]: _, ...others } = state.view.colors
      state.update({ colors: color === undefined ? others : { ...others, [runId]: color } })
    })
  }

  function pressPart(part: string | undefined, row: number, anchor: Element, isRange: boolean): void {
    const line = lineAt(row)
    if (line?.kind === 'group') return runs().model?.toggle(row)
    const run = rowAt(row)
    if (run === undefined) return
    const { hidden } = state.view
    if (part === 'check' || (part === 'lead' && !isChosen(run.runId))) toggleRun(row, isRange)
    else if (part === 'lead') openPalette(run, anchor)
    else if (part === 'eye') {
      state.update({ hidden: changeHidden(hidden, run.runId, !hidden.includes(run.runId)) })
    }
  }

  /** Moves or resizes the column of a header by a key. */
  function shiftColumn(event: KeyboardEvent, column: number): boolean {
    const { key, altKey, ctrlKey, shiftKey } = event
    const shown = runs().columns[column - 1]
    const step = findInlineStep(key, runs().grid.element)
    if (shown === undefined || step === 0) return false
    const isForward = step > 0
    const { columns } = state.view
    if (shiftKey && (ctrlKey || altKey)) {
      const width = clampWidth(shown.width + (isForward ? widthStep : -widthStep))
      state.update({ columns: changeColumn(columns, shown.column, { width }) })
    } else if (altKey) {
      const place = column - 1
      state.update({ columns: moveColumn(columns, place, isForward ? place + 2 : place - 1) })
      runs().grid.focus({ row: -1, column: column + (isForward ? 1 : -1) })
    } else return false
    return true
  }

  /** Whether the key was the table's. */
  function handleKey(event: KeyboardEvent, place: CellPlace): boolean {
    const { key, ctrlKey, metaKey, shiftKey } = event
    const anchor = runs().grid.find(place)
    const isMenuKey = key === 'ContextMenu' || (key === 'F10' && shiftKey)
    if (isMenuKey) {
      if (anchor !== undefined) openMenu(place, anchor)
    } else if (place.row < 0 && (key === 'Enter' || key === ' ')) sort(place.column, shiftKey)
    else if (place.row < 0) return shiftColumn(event, place.column)
    else if (shiftKey && (key === 'ArrowDown' || key === 'ArrowUp')) {
      extend(place.row, place.column, key === 'ArrowDown' ? 1 : -1)
    } else if (key === ' ') {
      if (lineAt(place.row)?.kind === 'group') runs().model?.toggle(place.row)
      else toggleRun(place.row, shiftKey)
    } else if (key === 'Enter' && anchor !== undefined) openMenu(place, anchor)
    else if (key.toLowerCase() === 'a' && (ctrlKey || metaKey))
      choose(runs().model?.loadedRunIds(maxChosen) ?? [], true)
    else if (key === 'Escape' && state.view.chosen.length > 0) state.update({ chosen: [] })
    else return anchor !== undefined && actByKey(event, place.row, anchor)
    return true
  }

  return {
    pressed(event, place) {
      if (handleKey(event, place)) event.preventDefault()
    },
    clicked(event, { row, column }) {
      const target = event.target instanceof Element ? event.target : undefined
      const part = target?.closest('[data-part]')
      const name = part?.getAttribute('data-part') ?? undefined
      if (row < 0) {
        if (name === 'menu' && part) openColumnMenu(column, part)
        else sort(column, event.shiftKey)
      } else if (part) pressPart(name, row, part, event.shiftKey)
      else if (event.shiftKey || event.ctrlKey || event.metaKey) toggleRun(row, event.shiftKey)
    },
    menuAsked: (event, place) => openMenu(place, { x: event.clientX, y: event.clientY }),
  }
}
