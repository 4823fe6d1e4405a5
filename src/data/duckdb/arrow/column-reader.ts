import type { DuckDBType, DuckDBValue } from '@duckdb/node-api'
import type { Data } from 'apache-arrow/data'
import type { Field } from 'apache-arrow/schema'
import type { Room } from './room.ts'

/** A value by its row in a batch, from 0; null for none. @throws Invalid Input Error, OutOfRoom */
export type ReadValue = (row: number) => DuckDBValue

/** What a column is in DuckDB: the type that it would have, had the table been written as Parquet. */
export interface ColumnReader {
  readonly type: DuckDBType
  /** @throws Invalid Input Error when the buffers are shorter than the batch is */
  open(data: Data, room: Room): ReadValue
}

/** For what lies in lists and the like. */
export type ReaderOf = (field: Field) => ColumnReader
