/** The values of a column of a logged table; all columns of one answer are of equal length. */
export type LoggedColumn =
  /** NaN where there is none. */
  | { readonly kind: 'number'; readonly name: string; readonly values: Float64Array }
  /** Paths of images, as artifacts of the run. */
  | { readonly kind: 'image'; readonly name: string; readonly values: readonly (string | null)[] }
  /** Whatever is neither is written as JSON. */
  | { readonly kind: 'text'; readonly name: string; readonly values: readonly (string | null)[] }

/** Some rows of a table that a run has logged, in the order they were logged. */
export interface LoggedTable {
  /** All columns of the table, whichever were asked for. */
  readonly names: readonly { readonly name: string; readonly kind: LoggedColumn['kind'] }[]
  readonly columns: readonly LoggedColumn[]
  /** Of the whole table. */
  readonly rowCount: number
}

/** Larger files are no tables to look at. */
export const maxTableBytes = 32 * 1024 * 1024
