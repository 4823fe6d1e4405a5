import type { RunDiff } from '../protocol/run-diff.ts'
import { englishDiffLabels, formatDiffCell, nameRuns, selectRows } from '../protocol/run-diff-text.ts'
import { formatTable, type TableColumn } from './table.ts'
import { formatAge, printable } from './text.ts'

/** Never narrower than this when the terminal is short of space. */
const minColumnWidth = 8

/**
 * A diff as tables for people: one of the runs, then one for each section with a column for each run.
 *
 * @param now   milliseconds since 1970-01-01 UTC
 * @param width terminal columns; undefined for no limit
 */
export function formatRunDiff(diff: RunDiff, showsEqual: boolean, now: number, width: number | undefined): string {
  const names = nameRuns(diff.runs).map(printable)
  const head = formatTable(
    [{ title: 'RUN' }, { title: 'NAME', minWidth: minColumnWidth }, { title: 'STATUS' }, { title: 'STARTED' }],
    diff.runs.map(({ runId, name, status, startTime }) => [runId, name, status, formatAge(now - startTime)]),
    width,
  )
  const columns: TableColumn[] = ['', ...names].map((title) => ({ title, minWidth: minColumnWidth }))
  const sections = selectRows(diff, showsEqual).map(({ name, rows, differentCount, totalCount }) => {
    const title = `${englishDiffLabels.sections[name]} (${englishDiffLabels.counts(differentCount, totalCount)})\n`
    const cells = rows.map((row) => [
      row.key,
      ...row.values.map((_, place) => formatDiffCell(name, row, place, englishDiffLabels)),
    ])
    return title + formatTable(columns, cells, width)
  })
  return [head, ...(sections.length === 0 ? [`${englishDiffLabels.nothing}\n`] : sections)].join('\n')
}
