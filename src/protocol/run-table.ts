import type { ExperimentId, RunId } from './ids.ts'
import type { LifecycleStage, RunStatus, ViewType } from './runs.ts'

/** Which point of a series stands for it in a table: the latest, or the least or greatest finite value. */
export const aggregates = ['last', 'min', 'max'] as const
export type Aggregate = (typeof aggregates)[number]

/** Which value is the best one. */
export const goals = ['minimize', 'maximize'] as const
export type Goal = (typeof goals)[number]

/** A metric, and which of its values stands for the run. */
export type MetricColumn =
  | { readonly kind: 'metric'; readonly key: string; readonly aggregate: Aggregate }
  /** The value at a step, which is that of the last point at it or before; none where a run did not come so far. */
  | { readonly kind: 'metric'; readonly key: string; readonly aggregate: 'at-step'; readonly step: number }
  /** The value where another metric is best for the first time: that of the last point at its step or before. */
  | {
      readonly kind: 'metric'
      readonly key: string
      readonly aggregate: 'at-best'
      /** The other metric. */
      readonly of: string
      readonly goal: Goal
    }

/** A value that is looked up among the points of each run, and not in a table of all runs. */
export type PointColumn = MetricColumn & { readonly aggregate: 'at-step' | 'at-best' }

export function isPointColumn(column: TableColumn): column is PointColumn {
  return column.kind === 'metric' && (column.aggregate === 'at-step' || column.aggregate === 'at-best')
}

/** A run's own columns that a table shows. `duration` is from start to end, in milliseconds. */
export const runAttributes = ['run_name', 'status', 'start_time', 'end_time', 'duration', 'user_id', 'run_id'] as const
export type RunAttribute = (typeof runAttributes)[number]

export type TableColumn =
  | MetricColumn
  | { readonly kind: 'param' | 'tag'; readonly key: string }
  | { readonly kind: 'attribute'; readonly key: RunAttribute }
  /** Name and digest of the run's datasets. */
  | { readonly kind: 'dataset' }

export interface TableOrder {
  readonly column: TableColumn
  readonly descending: boolean
}

/** Which runs a table is about. */
export interface TableQuery {
  readonly experimentIds: readonly ExperimentId[]
  /**
   * MLflow's search grammar, in which a name may also stand alone (`accuracy > 0.9`): it is then an attribute, a metric
   * or a param, whichever there is first; and a param may be compared with a number (`lr <= 1e-3`).
   */
  readonly filter?: string
  readonly view?: ViewType
}

/** A run as a row of a table, apart from its columns. */
export interface TableRow {
  readonly runId: RunId
  readonly experimentId: ExperimentId
  readonly name: string
  readonly status: RunStatus
  readonly lifecycleStage: LifecycleStage
}

/** The values of a column, one for each row. */
export type ColumnValues =
  /** A missing value is NaN, and so is the metric value NaN: `present` tells them apart, 1 for a value. */
  | { readonly kind: 'numbers'; readonly numbers: Float64Array; readonly present: Uint8Array }
  /** Row → index into `texts`; `missingText` for none. */
  | { readonly kind: 'texts'; readonly texts: readonly string[]; readonly indices: Uint32Array }

export const missingText = 0xffff_ffff

/** The cell of a row; undefined where the run has no such value. */
export function getCell(values: ColumnValues, row: number): string | number | undefined {
  if (values.kind === 'texts') return values.texts[values.indices[row] ?? missingText]
  return values.present[row] === 1 ? values.numbers[row] : undefined
}

/** A group of runs that agree in the columns grouped by. */
export interface TableGroup {
  /** The values agreed in, in the order of those columns; null where the runs have none. */
  readonly by: readonly (string | number | null)[]
  readonly runCount: number
}

/** Over the runs of a group that have a finite value; with none, all but the count are NaN. */
export interface GroupedColumn {
  readonly counts: Uint32Array
  readonly means: Float64Array
  /** Of the sample, with n − 1; 0 for one value. */
  readonly standardDeviations: Float64Array
  readonly mins: Float64Array
  readonly maxs: Float64Array
}

/** What a column holds over all runs of a query. */
export type ColumnStatistics =
  | {
      readonly kind: 'numbers'
      /** Runs that have a value. */
      readonly count: number
      /** Over finite values; NaN when there are none. */
      readonly min: number
      readonly max: number
      /** Finite values in equal parts from min to max. */
      readonly histogram: Uint32Array
    }
  | {
      readonly kind: 'texts'
      readonly count: number
      readonly distinctCount: number
      /** The most frequent first. */
      readonly top: readonly { readonly value: string; readonly count: number }[]
    }
