import type { TableColumn, TableRow } from '../../protocol/run-table.ts'

/** A run with all that a table may ask of it. */
export interface MemoryRun extends TableRow {
  /** Milliseconds since 1970-01-01 UTC. */
  readonly startTime: number
  /** Undefined where it has none; of metrics and times a number, else a text. */
  value(column: TableColumn): string | number | undefined
}
