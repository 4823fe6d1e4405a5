import type { TableFormat } from '../../protocol/data-diff.ts'

/** One version of a file whose inside is looked at. */
export interface ComparedFile {
  /** Its name says what kind of file it is. */
  readonly name: string
  /** Absolute; in a cache the name is another one. */
  readonly path: string
  readonly sizeBytes: number
}

/** A table in a file. Its name says how it is packed, too. */
export type TableFile = Pick<ComparedFile, 'name' | 'path'>

/** Formats that DuckDB reads by itself; for Arrow it would need an extension from the network. */
export type ReadFormat = Exclude<TableFormat, 'arrow'>
