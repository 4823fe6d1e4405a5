import type { HeadlineMetric } from '../protocol/headline-metric.ts'
import type { RunColumn, RunListRow } from '../protocol/methods.ts'
import { formatTable, type TableColumn } from './table.ts'
import { formatAge, formatDuration, formatNumber, printable } from './text.ts'

/** The runs of one experiment as the list shows them. */
export interface RunSection {
  readonly experimentId: string
  readonly experiment: string
  readonly headline: HeadlineMetric | null
  readonly bestRunId: string | null
  /** How many match, listed or not. */
  readonly total: number
  /** What `values` of each run holds. */
  readonly columns: readonly RunColumn[]
  readonly runs: readonly RunListRow[]
}

/** Params shown beside the headline metric; the rest is in `runs show`. */
const maxParams = 4

/**
 * One experiment's runs as a table: best run marked, headline metric, and the params in which the runs differ.
 *
 * @param now   milliseconds since 1970-01-01 UTC
 * @param width terminal columns; undefined for no limit
 */
export function formatRunTable(section: RunSection, now: number, width: number | undefined): string {
  const { experiment, headline, bestRunId, total, runs } = section
  const shown = chooseColumns(section)
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

function chooseColumns({ columns, runs }: RunSection): ShownColumn[] {
  const differs = (index: number) => new Set(runs.map(({ values }) => values[index])).size > 1
  const all = columns.map(({ kind, key }, index) => ({
    kind,
    index,
    title: printable(key),
    align: kind === 'metric' ? { align: 'right' as const } : {},
  }))
  const params = all.filter(({ kind, index }) => kind === 'param' && differs(index))
  return [...all.filter(({ kind }) => kind === 'metric'), ...params.slice(0, maxParams)]
}

function formatValue(value: string | number | null | undefined): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'number' ? formatNumber(value) : value
}
