/** What the parent and the child that holds DuckDB say to each other, as JSON. */

/** JSON as DuckDB writes values: integers beyond 32 bits, decimals, times and NaN are text. */
export type CellValue = null | boolean | number | string | readonly CellValue[] | { readonly [name: string]: CellValue }

/** A value for `$1`, `$2`, … of a statement: a VARCHAR, DOUBLE, BOOLEAN or null. Cast it there: `$1::TIMESTAMP`. */
export type StatementParam = string | number | boolean | null

export interface ResultColumn {
  readonly name: string
  /** As DuckDB calls it, for example `TIMESTAMP WITH TIME ZONE`. */
  readonly type: string
}

export interface StatementResult {
  readonly columns: readonly ResultColumn[]
  readonly rows: readonly (readonly CellValue[])[]
}

export interface DuckdbSettings {
  /** Absolute paths of the files that may be read and written, and no others. */
  readonly allowedPaths: readonly string[]
  /** Of the database's own memory; what does not fit goes to `temporaryFolder`. */
  readonly memoryBytes: number
  readonly threads: number
  /** For what does not fit into memory. Whoever opens it makes and removes it. */
  readonly temporaryFolder: string
  /** What it may hold at most; default: most of what is free on its disk. */
  readonly temporaryBytes?: number
}

export type ToDuckdb =
  | { readonly kind: 'open'; readonly id: number; readonly settings: DuckdbSettings }
  | {
      readonly kind: 'run'
      readonly id: number
      readonly sql: string
      readonly params: readonly StatementParam[]
      readonly maxRows: number
    }
  /** Makes a temporary table of a file of Arrow, which DuckDB reads by an extension from the network only. */
  | { readonly kind: 'load-arrow'; readonly id: number; readonly path: string; readonly relation: string }

export type FromDuckdb =
  | { readonly kind: 'done'; readonly id: number; readonly result: StatementResult }
  /** The message begins with DuckDB's kind of error, for example `Binder Error: `. */
  | { readonly kind: 'failed'; readonly id: number; readonly message: string }
