import type { HeadlineMetric } from './headline-metric.ts'
import type { RunColumn, RunListRow } from './methods.ts'
import { hasEnded, type ViewType } from './runs.ts'

/** Which runs are listed, and how: what a list is asked for again by. */
export interface RunListQuery {
  /** Names; empty for all that have runs. */
  readonly experiments: readonly string[]
  /** MLflow's search grammar. */
  readonly filter?: string
  /** MLflow's order clauses. */
  readonly orderBy?: readonly string[]
  readonly view: ViewType
  /** Of each experiment, 1 … 50,000. */
  readonly limit: number
}

/** The runs of one experiment as a list shows them. */
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

export interface ListedRuns {
  readonly experiments: readonly RunSection[]
  readonly query: RunListQuery
}

/** Params shown beside the headline metric; the rest is on the page of a run. */
const maxParams = 4

/** Indices of the columns that a list shows: the metric, and the first params in which the runs differ. */
export function chooseColumns({ columns, runs }: Pick<RunSection, 'columns' | 'runs'>): readonly number[] {
  const differs = (index: number) => new Set(runs.map(({ values }) => values[index])).size > 1
  const indices = columns.map((_, index) => index)
  const params = indices.filter((index) => columns[index]?.kind === 'param' && differs(index))
  return [...indices.filter((index) => columns[index]?.kind === 'metric'), ...params.slice(0, maxParams)]
}

/** Whether one of them goes on. */
export function isGoingOn(runs: readonly Pick<RunListRow, 'status'>[]): boolean {
  return runs.some(({ status }) => !hasEnded(status))
}
