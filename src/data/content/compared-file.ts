import type { TableFormat } from '../../protocol/data-diff.ts'

/** One version of a file whose inside is looked at. */
export interface ComparedFile {
  /** Its name says what kind of file it is. */
  readonly name: string
  /** Absolute; in a cache the name is another one. */
  readonly path: string
  readonly sizeBytes: number
}

/** A table in a file. Its name says how it is packed. */
export interface TableFile extends Pick<ComparedFile, 'name' | 'path'> {
  readonly format: TableFormat
}
