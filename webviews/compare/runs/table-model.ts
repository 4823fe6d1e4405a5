import type { RunId } from '../../../src/protocol/ids.ts'
import type { TableColumn, TableRow } from '../../../src/protocol/run-table.ts'
import type { Stretch } from '../../shared/grid/column-layout.ts'
import { type Best, joinBests } from './find-best.ts'
import type { RowSource, SourceCell, Totals } from './row-source.ts'

/** A row of the table: a run, which may be still to come, or a group of runs. */
export type TableLine =
  | { readonly kind: 'run'; readonly row: TableRow | undefined; readonly isInGroup: boolean }
  | {
      readonly kind: 'group'
      readonly name: string
      readonly runCount: number
      readonly isOpen: boolean
      /** Whether its runs can be asked for. */
      readonly canOpen: boolean
    }

/** A metric over the runs of a group that have a finite value. */
export interface GroupSummary {
  readonly mean: number
  readonly deviation: number
  readonly min: number
  readonly max: number
  readonly count: number
}

export type LineCell = SourceCell | GroupSummary

/** What the table shows, line by line. */
export interface TableModel {
  readonly lineCount: number
  /** Lines from the first on that stay in sight. */
  readonly pinnedCount: number
  readonly totals: Totals | undefined
  /** Whether there is anything to show yet. */
  readonly isReady: boolean
  line(index: number): TableLine | undefined
  cell(index: number, column: TableColumn): LineCell
  /** The best values of a metric in parts of the table. */
  bests(column: TableColumn & { kind: 'metric' }): readonly Best[]
  want(lines: Stretch, columns: readonly TableColumn[]): void
  refresh(areTotalsStale: boolean): void
  /** Opens or closes a group. */
  toggle(index: number): void
  /** The groups that are open, to be opened again in another model with the same groups. */
  readonly openGroups: readonly string[]
  loadedRunIds(limit: number): RunId[]
  close(): void
}

/** Runs, without groups. */
export function createFlatModel(source: RowSource): TableModel {
  return {
    get lineCount() {
      return source.totals?.total ?? 0
    },
    pinnedCount: 0,
    get totals() {
      return source.totals
    },
    get isReady() {
      return source.isComplete
    },
    line: (index) => ({ kind: 'run', row: source.row(index), isInGroup: false }),
    cell: (index, column) => source.cell(index, column),
    bests: (column) => [source.best(column)],
    want: (lines, columns) => source.want(lines, columns),
    refresh: (areTotalsStale) => source.refresh(areTotalsStale),
    toggle: () => {},
    openGroups: [],
    loadedRunIds: (limit) => source.loadedRunIds(limit),
    close: () => source.close(),
  }
}

/** The best of the loaded values of a metric; undefined where fewer than two rows have one. */
export function bestOf(model: TableModel, column: TableColumn & { kind: 'metric' }): number | undefined {
  return joinBests(model.bests(column), column.key)
}
