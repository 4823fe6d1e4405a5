import { chooseColumns, type RunSection } from '../protocol/listed-runs.ts'
import { formatTable, type TableColumn } from './table.ts'
import { formatAge, formatDuration, formatNumber, printable } from './text.ts'

/**
 * One experiment's runs as a table: best run marked, headline metric, and the params in which the runs differ.
 *
 * @param now   milliseconds since 1970-01-01 UTC
 * @param width terminal columns; undefined for no limit
 */
export function formatRunTable(section: RunSection, now: number, width: number | undefined): string {
  const { experiment, headline, bestRunId, total, runs } = section
  const shown = describeColumns(section)
  const columns: TableColumn[] = [
    { title: '' },
    { title: 'RUN' },
    { title: 'NAME', minWidth: 8 },
    { title: 'STATUS' },
    ...shown.map(({ title, align }): TableColumn => ({ title, minWidth: 6, ...align })),
    { title: 'STARTED' },
    { title: 'TOOK' },
  ]
  const rows = runs.map((run) => [
    run.runId === bestRunId ? '★' : '',
    run.runId.slice(0, 8),
    run.name,
    run.status,
    ...shown.map(({ index }) => formatValue(run.values[index])),
    formatAge(now - run.startTime),
    formatDuration((run.endTime ?? now) - run.startTime),
  ])
  const goal =
    headline === null ? '' : ` · best = ${headline.goal === 'maximize' ? 'highest' : 'lowest'} ${headline.key}`
  const count = runs.length === total ? `${total}` : `${runs.length} of ${total}`
  const title = `${printable(experiment)} (${count} ${total === 1 ? 'run' : 'runs'}${printable(goal)})\n`
  return title + formatTable(columns, rows, width)
}

interface ShownColumn {
  readonly index: number
  readonly title: string
  readonly align: { readonly align?: 'right' }
}

function describeColumns(section: RunSection): ShownColumn[] {
  return chooseColumns(section).map((index) => {
    const { kind = 'param', key = '' } = section.columns[index] ?? {}
    return { index, title: printable(key), align: kind === 'metric' ? { align: 'right' } : {} }
  })
}

function formatValue(value: string | number | null | undefined): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'number' ? formatNumber(value) : value
}
