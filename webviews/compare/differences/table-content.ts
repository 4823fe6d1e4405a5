import type { DiffedRun, DiffSection, RunDiff } from '../../../src/protocol/run-diff.ts'
import { findDelta, formatDiffValue, formatDifference, type DiffLabels } from '../../../src/protocol/run-diff-text.ts'
import type { RunId } from '../../../src/protocol/ids.ts'
import { button, element } from '../../shared/dom.ts'
import { text } from '../../shared/texts.ts'
import { type Line, nameLine } from './lines.ts'

/** What the table shows. */
export interface DiffTable {
  /** The first run is the reference. */
  readonly diff: RunDiff
  /** Of the runs, unique. */
  readonly names: readonly string[]
  readonly lines: readonly Line[]
  /** Runs are rows, keys are columns. */
  readonly isTransposed: boolean
}

/** What the table needs from outside, and whom it tells what was pressed. */
export interface DiffTableParts {
  readonly labels: DiffLabels
  /** How the view's language writes a moment. */
  readonly dates: Intl.DateTimeFormat
  colorOf(runId: RunId): string
  toggleSection(name: DiffSection['name']): void
  toggleLine(name: string): void
  makeReference(runId: RunId): void
  openArtifact(runId: RunId, path: string): void
}

type RowLine = Line & { kind: 'row' }

/** The head of a run: colour, name, status, start, and the button that makes it the reference. */
export function createRunHead(parts: DiffTableParts, { diff, names }: DiffTable, place: number): Node[] {
  const run = diff.runs[place]
  if (run === undefined) return []
  const name = names[place] ?? run.name
  const start = describeStart(parts, run)
  const swatch = element('span', { class: 'diff-swatch', 'aria-hidden': 'true' })
  swatch.style.backgroundColor = parts.colorOf(run.runId)
  const reference =
    place === 0
      ? element('span', { class: 'diff-reference' }, text('differences.reference'))
      : button(text('differences.makeReference'), () => parts.makeReference(run.runId), {
          class: 'diff-link',
          'data-key': `reference/${run.runId}`,
          'aria-label': text('differences.makeReferenceOf', { name }),
        })
  return [
    element(
      'div',
      { class: 'diff-run-name', title: name },
      swatch,
      element('span', { class: 'diff-cut', dir: 'auto' }, name),
    ),
    element('div', { class: 'diff-run-start diff-cut', title: start }, start),
    reference,
  ]
}

function describeStart({ labels, dates }: DiffTableParts, { status, startTime }: DiffedRun): string {
  return `${labels.statuses[status]} · ${dates.format(startTime)}`
}

/** The head of a line: of a section with its counts, or of a key. */
export function createLineHead(parts: DiffTableParts, line: Line): Node[] {
  if (line.kind === 'section') {
    const { name, differentCount, totalCount } = line.section
    const made = button('', () => parts.toggleSection(name), {
      class: 'diff-toggle',
      'data-key': `section/${name}`,
      'aria-expanded': String(line.isOpen),
    })
    const counts = element('span', { class: 'diff-counts' }, parts.labels.counts(differentCount, totalCount))
    made.append(
      createTwistie(),
      element('span', { class: 'diff-section-name' }, parts.labels.sections[name]),
      ' ',
      counts,
    )
    return [made]
  }
  const { key } = line.row
  const cut = element('span', { class: 'diff-cut', title: key, dir: 'auto' }, key)
  if (line.isExpanded === undefined) return [cut]
  const name = nameLine(line.section, key)
  const made = button('', () => parts.toggleLine(name), {
    class: 'diff-toggle',
    'data-key': `line/${name}`,
    'aria-expanded': String(line.isExpanded),
    'aria-label': text('differences.expand', { key }),
  })
  made.append(createTwistie(), cut)
  return [made]
}

function createTwistie(): HTMLElement {
  return element('span', { class: 'diff-twistie', 'aria-hidden': 'true' })
}

/** One value of one run, as the content of its cell. */
export function fillCell(
  cell: HTMLElement,
  parts: DiffTableParts,
  { diff, names }: DiffTable,
  line: RowLine,
  place: number,
): void {
  const { section, row } = line
  const value = row.values[place] ?? null
  const shown = formatDiffValue(section, row, value)
  cell.classList.toggle('as-reference', place > 0 && Object.is(value, row.values[0] ?? null))
  cell.classList.toggle('expanded', line.isExpanded === true)
  if (shown === undefined) {
    cell.classList.add('missing')
    cell.append(element('span', { 'aria-hidden': 'true' }, '–'), createHiddenText(text('differences.none')))
    return
  }
  cell.title = typeof value === 'number' && section === 'metrics' ? String(value) : shown
  const run = diff.runs[place]
  const path = run && findArtifact(line, run)
  if (run === undefined || path === undefined) cell.append(element('span', { class: 'diff-value', dir: 'auto' }, shown))
  else cell.append(createArtifactLink(parts, shown, run.runId, path, names[place] ?? run.name))
  cell.append(...createDelta(parts.labels, line, place))
}

/** The artifact that a cell stands for: one by its path, or the patch of uncommitted changes. */
function findArtifact({ section, row }: RowLine, run: DiffedRun): string | undefined {
  if (section === 'artifacts') return row.key
  return section === 'code' && row.key === 'uncommitted changes' ? run.patchPath : undefined
}

function createArtifactLink(
  parts: DiffTableParts,
  shown: string,
  runId: RunId,
  path: string,
  name: string,
): HTMLElement {
  return button(shown, () => parts.openArtifact(runId, path), {
    class: 'diff-link diff-value',
    dir: 'auto',
    'data-key': `artifact/${runId}/${path}`,
    'aria-label': `${shown}, ${text('differences.open', { path, name })}`,
  })
}

function createDelta(labels: DiffLabels, { section, row }: RowLine, place: number): (Node | string)[] {
  const delta = findDelta(section, row, place)
  if (delta === undefined) return []
  const { verdict } = delta
  const made = element('span', { class: `diff-delta ${verdict ?? ''}`, dir: 'ltr' }, formatDifference(delta.difference))
  if (verdict === undefined) return [' ', made]
  const sign = element('span', { 'aria-hidden': 'true' }, verdict === 'better' ? ' ▲' : ' ▼')
  made.append(sign, createHiddenText(` ${labels[verdict]}`))
  return [' ', made]
}

function createHiddenText(words: string): HTMLElement {
  return element('span', { class: 'hidden-text' }, words)
}
