import type { Language } from '../../src/base/languages.ts'
import type { RunDiff } from '../../src/protocol/run-diff.ts'
import { formatDiffCell, nameRuns, selectRows } from '../../src/protocol/run-diff-text.ts'
import { element } from '../shared/dom.ts'
import { drawCell, drawHead, drawStatus, formatTime } from './draw-runs.ts'
import { text } from './texts.ts'

/** The runs, and a table for each section that has rows. @param showsEqual rows in which the runs do not differ as well */
export function drawComparison(diff: RunDiff, showsEqual: boolean, language: Language): readonly HTMLElement[] {
  const names = nameRuns(diff.runs)
  const runs = diff.runs.map(({ runId, status, startTime }, place) =>
    element(
      'tr',
      {},
      drawCell(runId.slice(0, 8), { class: 'id', title: runId }),
      element('th', { scope: 'row' }, element('bdi', {}, names[place] ?? '')),
      drawStatus(status),
      drawCell(formatTime(startTime, language)),
    ),
  )
  const columns = ['column.run', 'column.name', 'column.status', 'column.started'] as const
  const head = drawTable(
    '',
    columns.map((key) => drawHead(text(key))),
    runs,
  )
  const labels = { better: text('better'), worse: text('worse') }
  const sections = selectRows(diff, showsEqual).map(({ name, rows }) =>
    drawTable(
      text(`section.${name}`),
      [drawHead(text('column.key')), ...names.map((each) => drawHead(each))],
      rows.map((row) =>
        element(
          'tr',
          {},
          element('th', { scope: 'row' }, element('bdi', {}, row.key)),
          ...row.values.map((_, place) => drawCell(formatDiffCell(name, row, place, labels))),
        ),
      ),
    ),
  )
  const equal = sections.length === 0 ? [element('p', { class: 'quiet' }, text('equal'))] : []
  return [head, ...sections, ...equal]
}

function drawTable(title: string, head: readonly HTMLElement[], rows: readonly HTMLElement[]): HTMLElement {
  return element(
    'table',
    {},
    ...(title === '' ? [] : [element('caption', {}, title)]),
    element('thead', {}, element('tr', {}, ...head)),
    element('tbody', {}, ...rows),
  )
}
