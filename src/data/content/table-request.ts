import type { ErrorBody } from '../../protocol/errors.ts'
import type { TableDiff, TableFormat, TablePreview } from '../../protocol/data-diff.ts'

/** A table in a file, as its reader is told. */
export interface TableFile {
  /** Absolute. */
  readonly path: string
  readonly compression: 'none' | 'gzip' | 'zstd'
  /** As people know it. */
  readonly name: string
}

/** What the process that reads tables is asked, one question a process. */
export type TableRequest = (
  | {
      readonly ask: 'diff'
      readonly old?: TableFile
      readonly new?: TableFile
      /** Columns by which rows are matched; none to look for one. */
      readonly key: readonly string[]
    }
  | { readonly ask: 'preview'; readonly file: TableFile; readonly rowCount: number }
) & {
  readonly format: Exclude<TableFormat, 'arrow'>
  /** Absolute path of an empty folder for what does not fit into memory; whoever asks removes it. */
  readonly scratchFolder: string
  readonly limits: TableLimits
}

export interface TableLimits {
  /** Of DuckDB's own memory, and of its files in the scratch folder. */
  readonly memoryMb: number
  readonly scratchMb: number
  readonly threads: number
  /** What the process may have in memory altogether before it ends itself. */
  readonly residentMb: number
}

export interface TableAnswers {
  readonly diff: TableDiff
  readonly preview: TablePreview
}

export type TableAnswer = { readonly result: TableAnswers[keyof TableAnswers] } | { readonly error: ErrorBody }
