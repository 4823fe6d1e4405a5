import type { TableRow } from '../../../src/protocol/run-table.ts'
import { element } from '../../shared/dom.ts'
import type { GridCell } from '../../shared/grid/grid-rows.ts'
import { text } from '../../shared/texts.ts'
import type { RunMarks } from './run-marks.ts'
import type { TableLine } from './table-model.ts'

/** Of these only `check` and `label` are always in the page: elements are what a table of this size is short of. */
interface NameParts {
  /** What is drawn, so that it is drawn once. */
  key: string
  /** Colour of a chosen run, or what opens a group. */
  readonly lead: HTMLElement
  readonly check: HTMLElement
  readonly label: HTMLElement
  /** In the page while the mouse is over the cell, or the run is hidden. */
  readonly eye: HTMLElement
}

export interface RunState extends RunMarks {
  readonly isChosen: boolean
  readonly isHidden: boolean
  readonly isPinned: boolean
  readonly color: string
}

/** The first cell of a row: choice, colour, status, name, and the eye that hides the run. */
export function drawNameCell(cell: GridCell, line: TableLine | undefined, stateOf: (row: TableRow) => RunState): void {
  const parts = partsOf(cell)
  const isInGroup = line?.kind === 'run' && line.isInGroup
  const state = line?.kind === 'run' && line.row !== undefined ? stateOf(line.row) : undefined
  const key = JSON.stringify([line, state])
  if (parts.key === key) return
  parts.key = key
  const marks = `${state?.isStarred === true ? ' starred' : ''}${state?.note ? ' noted' : ''}`
  cell.element.className = `grid-cell name-cell${isInGroup ? ' in-group' : ''}${marks}`
  if (line?.kind === 'group') drawGroup(parts, line)
  else if (line?.row === undefined || state === undefined) drawLoading(parts)
  else drawRun(parts, line.row, state)
}

/** What the cell says when pointed at. */
export function describeLine(
  line: TableLine | undefined,
  { note, ...marks }: Pick<RunState, 'isStarred' | 'isPinned' | 'note'>,
): string {
  if (line?.kind === 'group') return sayGroup(line)
  if (line?.row === undefined) return ''
  const plain = `${line.row.name} (${text(`runs.status.${line.row.status}`)})`
  const name = sayMarked(plain, marks)
  return note === '' ? name : text('runs.noted', { name, note })
}

function sayMarked(name: string, { isStarred, isPinned }: Pick<RunState, 'isStarred' | 'isPinned'>): string {
  const starred = isStarred ? text('runs.starred', { name }) : name
  return isPinned ? text('runs.pinned', { name: starred }) : starred
}

function sayGroup({ name, runCount }: TableLine & { kind: 'group' }): string {
  return `${name} · ${text('runs.groupCount', { count: runCount })}`
}

function partsOf(cell: GridCell): NameParts {
  // SAFETY: nothing else is kept with cells of this column.
  const present = cell.drawn as NameParts | undefined
  if (present !== undefined) return present
  const parts: NameParts = {
    key: '',
    lead: element('span', { role: 'button', 'data-part': 'lead' }),
    check: element('span', { class: 'check', role: 'checkbox', 'data-part': 'check' }),
    label: element('span', { class: 'run-name', dir: 'auto' }),
    eye: element('span', { class: 'eye', role: 'button', 'data-part': 'eye' }),
  }
  cell.element.append(parts.check, parts.label)
  cell.element.addEventListener('mouseenter', () => {
    if (parts.label.classList.contains('of-run')) parts.label.after(parts.eye)
  })
  cell.element.addEventListener('mouseleave', () => {
    if (!parts.eye.classList.contains('closed')) parts.eye.remove()
  })
  cell.drawn = parts
  return parts
}
function drawLoading({ lead, check, label, eye }: NameParts): void {
  lead.remove()
  eye.remove()
  check.hidden = true
  label.className = 'run-name loading'
  label.textContent = ''
}

function drawRun({ lead, check, label, eye }: NameParts, row: TableRow, state: RunState): void {
  const { name, status } = row
  if (state.isChosen) {
    lead.className = 'swatch'
    lead.style.backgroundColor = state.color
    lead.removeAttribute('aria-expanded')
    giveName(lead, text('runs.color', { name }))
    if (!lead.isConnected) label.before(lead)
  } else lead.remove()
  check.hidden = false
  check.classList.toggle('alone', !state.isChosen)
  check.setAttribute('aria-checked', String(state.isChosen))
  check.setAttribute('aria-label', text('runs.choose', { name }))
  label.className = `run-name of-run status-${status.toLowerCase()}`
  label.textContent = name
  if (state.isStarred || state.isPinned) label.setAttribute('aria-label', sayMarked(name, state))
  else label.removeAttribute('aria-label')
  eye.classList.toggle('closed', state.isHidden)
  giveName(eye, text(state.isHidden ? 'runs.show' : 'runs.hide', { name }))
  if (state.isHidden) label.after(eye)
  else if (!eye.matches(':hover, :hover > *')) eye.remove()
}

function drawGroup({ lead, check, label, eye }: NameParts, line: TableLine & { kind: 'group' }): void {
  const { name, isOpen, canOpen } = line
  check.hidden = true
  eye.remove()
  if (canOpen) {
    lead.className = 'twisty'
    lead.style.backgroundColor = ''
    lead.setAttribute('aria-expanded', String(isOpen))
    giveName(lead, text(isOpen ? 'runs.closeGroup' : 'runs.openGroup', { name }))
    if (!lead.isConnected) label.before(lead)
  } else lead.remove()
  label.className = 'run-name group-name'
  label.textContent = sayGroup(line)
}

function giveName(node: HTMLElement, label: string): void {
  node.setAttribute('aria-label', label)
  node.title = label
}
