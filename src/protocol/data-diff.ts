import type { ImageHeader } from '../base/image-header.ts'

/** What changed inside a file or a folder of data, from its old version to its new one. Plain JSON. */
export type DataDiff = FileDiff | FolderDiff

export type ChangeState = 'added' | 'removed' | 'changed' | 'equal'

export interface FileVersion {
  /** Its name says what kind of file it is; the content may lie elsewhere. */
  readonly name: string
  readonly sizeBytes: number
  /** Of its content, in hex: SHA-256, or the MD5 that DVC knows it by; for both versions the same. */
  readonly hash: string
}

export interface FileDiff {
  readonly type: 'file'
  readonly state: ChangeState
  /** Missing when the file was added. */
  readonly old?: FileVersion
  /** Missing when the file was removed. */
  readonly new?: FileVersion
  /** Missing when both versions are equal. */
  readonly content?: ContentDiff
}

export type ContentDiff = TableDiff | ImageDiff | AudioDiff | TextDiff | ModelDiff | OpaqueDiff

/** A file whose inside is not compared: only its size and its hash are known. */
export interface OpaqueDiff {
  readonly kind: 'opaque'
  /**
   * `unknown`: of no kind that is read; `unsafe`: reading it could run code, as a pickle can; `unsupported`: nothing here
   * reads this format; `unreadable`: it is not what its name says, or it goes beyond a bound.
   */
  readonly why: 'unknown' | 'unsafe' | 'unsupported' | 'unreadable'
  /** A sentence for people. */
  readonly reason: string
}

export const tableFormats = ['csv', 'tsv', 'json-lines', 'parquet', 'arrow'] as const
export type TableFormat = (typeof tableFormats)[number]

export interface TableDiff {
  readonly kind: 'table'
  readonly format: TableFormat
  readonly old?: TableShape
  readonly new?: TableShape
  /** Those of the new version in its order, then those that were removed. */
  readonly columns: readonly ColumnDiff[]
  /** Missing where there is one version only, or no column in common. */
  readonly rows?: RowDiff
  /** What was left out or read in another way, as sentences. */
  readonly notes: readonly string[]
}

export interface TableShape {
  readonly rowCount: number
  readonly columnCount: number
}

export interface ColumnDiff {
  readonly name: string
  readonly state: 'added' | 'removed' | 'retyped' | 'kept'
  readonly old?: ColumnStatistics
  readonly new?: ColumnStatistics
  /** Rows that both versions have by their key and whose values in this column differ; missing without a key. */
  readonly changedCells?: number
  readonly distribution?: Distribution
}

export interface ColumnStatistics {
  /** As DuckDB names it: `BIGINT`, `VARCHAR`, `STRUCT(x DOUBLE)`. */
  readonly type: string
  readonly nullCount: number
  /** Of numbers: those that are NaN or infinite. They count in nothing that follows. */
  readonly nonFiniteCount: number
  /** Of present values; in previews of more than 100,000 rows within about a fifth; null where it was not counted. */
  readonly distinctCount: number | null
  /** A number; of dates and times text in ISO 8601; null where there is no order that says something. */
  readonly min: number | string | null
  readonly max: number | string | null
  readonly mean: number | null
  /** Of the sample: divided by n − 1. */
  readonly standardDeviation: number | null
}

/** How often values occur in both versions; a side that is not there has zeros. */
export type Distribution = Histogram | Categories

export interface Histogram {
  readonly shape: 'histogram'
  /** Ascending, one more than there are counts; of dates and times seconds since 1970-01-01 UTC. */
  readonly edges: readonly number[]
  /** Values from one edge, included, to the next, excluded; the last bin has its upper edge, too. */
  readonly oldCounts: readonly number[]
  readonly newCounts: readonly number[]
}

export interface Categories {
  readonly shape: 'categories'
  /** The most frequent first. */
  readonly values: readonly string[]
  readonly oldCounts: readonly number[]
  readonly newCounts: readonly number[]
  /** Of values that are not named. */
  readonly oldOthers: number
  readonly newOthers: number
}

export interface RowDiff {
  /** The columns by which rows were matched; none when rows are the same only if all their values are. */
  readonly key: readonly string[]
  readonly keyIs: 'given' | 'found' | 'none'
  readonly added: number
  readonly removed: number
  /** Zero without a key. */
  readonly changed: number
  readonly unchanged: number
  readonly examples: readonly RowExample[]
}

export interface RowExample {
  readonly change: 'added' | 'removed' | 'changed'
  /** By column; of changed rows the key and what differs. Long values are cut. */
  readonly cells: readonly CellExample[]
}

export interface CellExample {
  readonly column: string
  /** Null for no value; missing in an added row. */
  readonly old?: string | null
  /** Missing in a removed row. */
  readonly new?: string | null
}

export interface ImageDiff {
  readonly kind: 'image'
  readonly old?: ImageFacts
  readonly new?: ImageFacts
}

export type ImageFacts = ImageHeader

export interface AudioDiff {
  readonly kind: 'audio'
  readonly old?: AudioFacts
  readonly new?: AudioFacts
}

export interface AudioFacts {
  readonly format: 'wav' | 'flac' | 'mp3'
  /** Hz. */
  readonly sampleRate: number
  readonly channels: number
  /** Null where the file does not say. */
  readonly bitsPerSample: number | null
  /** Estimated from the first frame for MP3 without a count of frames; null where nothing says it. */
  readonly durationSeconds: number | null
}

export interface TextDiff {
  readonly kind: 'text'
  readonly old?: TextFacts
  readonly new?: TextFacts
  /** Null when the texts are too long or too different to be compared line by line. */
  readonly lines: LineDiff | null
  readonly notes: readonly string[]
}

export interface LineDiff {
  readonly added: number
  readonly removed: number
  /** Of a unified diff; none where there is one version only. */
  readonly hunks: readonly TextHunk[]
}

export interface TextFacts {
  readonly lineCount: number
}

export interface TextHunk {
  /** From 1, as in a unified diff; the line before the hunk where it has none of that side. */
  readonly oldStart: number
  readonly oldLines: number
  readonly newStart: number
  readonly newLines: number
  /** Each begins with ` `, `-` or `+`. Long lines are cut. */
  readonly lines: readonly string[]
}

export interface ModelDiff {
  readonly kind: 'model'
  readonly format: 'onnx' | 'safetensors'
  readonly old?: ModelFacts
  readonly new?: ModelFacts
  /** What the file says of itself, by name, where it differs: producer, opsets, inputs, outputs, metadata. */
  readonly properties: readonly PropertyDiff[]
  /** How many nodes of each operator; where there is a graph. */
  readonly operators: readonly OperatorDiff[]
  /** Nodes that differ. */
  readonly nodes: readonly NodeDiff[]
  /** Tensors that differ. */
  readonly tensors: readonly TensorDiff[]
  readonly equalTensors: number
  readonly notes: readonly string[]
}

export interface ModelFacts {
  readonly nodeCount: number
  readonly tensorCount: number
  /** Values in all tensors. */
  readonly parameterCount: number
}

export interface PropertyDiff {
  readonly name: string
  readonly old: string | null
  readonly new: string | null
}

export interface OperatorDiff {
  readonly operator: string
  readonly oldCount: number
  readonly newCount: number
}

export interface NodeDiff {
  readonly change: 'added' | 'removed' | 'changed'
  readonly name: string
  readonly operator: string
  /** What of a changed node differs: `operator`, `inputs`, `outputs`, or the name of an attribute. */
  readonly differs: readonly string[]
}

export interface TensorDiff {
  readonly change: 'added' | 'removed' | 'reshaped' | 'values'
  readonly name: string
  readonly old?: TensorFacts
  readonly new?: TensorFacts
  /** Of `values`, where the data type is one that is computed with. */
  readonly difference?: TensorDifference
}

export interface TensorFacts {
  /** As safetensors names it: `F32`, `BF16`, `I64`. */
  readonly dataType: string
  readonly shape: readonly number[]
}

/** How far new weights are from the old ones; over pairs of finite values. */
export interface TensorDifference {
  /** Greatest |new − old|. */
  readonly maxAbsolute: number
  /** ‖new − old‖₂ / ‖old‖₂; null when the old norm is zero. */
  readonly relativeL2: number | null
  /** Of the angle between both, from −1 to 1; null when a norm is zero. */
  readonly cosine: number | null
  /** Pairs of which one is NaN or infinite. */
  readonly nonFiniteCount: number
}

export interface FolderDiff {
  readonly type: 'folder'
  readonly state: ChangeState
  readonly old: FolderTotals
  readonly new: FolderTotals
  readonly added: ChangedFiles
  readonly removed: ChangedFiles
  /** Same content under another path. */
  readonly renamed: ChangedFiles
  readonly changed: ChangedFiles
  readonly equalCount: number
  /** Files by the first folder of their path, which is how classes of images, sounds and texts are laid out. */
  readonly classes: readonly ClassDiff[]
  /** What changed inside files that changed, for the first few of them. */
  readonly contents: readonly NamedContent[]
  readonly notes: readonly string[]
}

export interface FolderTotals {
  readonly fileCount: number
  readonly sizeBytes: number
}

export interface ChangedFiles {
  readonly count: number
  /** Of the new versions; of the old ones where files were removed. */
  readonly sizeBytes: number
  /** The first of them in the order of their paths. */
  readonly files: readonly ChangedFile[]
}

export interface ChangedFile {
  readonly path: string
  /** Where it was before, of a renamed file. */
  readonly oldPath?: string
  readonly oldSizeBytes?: number
  readonly newSizeBytes?: number
}

export interface ClassDiff {
  readonly name: string
  readonly oldCount: number
  readonly newCount: number
}

export interface NamedContent {
  readonly path: string
  readonly content: ContentDiff
}

/** The beginning of a table and what its columns hold. */
export interface TablePreview {
  readonly format: TableFormat
  readonly rowCount: number
  readonly columnCount: number
  readonly columns: readonly PreviewColumn[]
  /** The first rows, a cell for each of `columns`; null for no value. Long values are cut. */
  readonly rows: readonly (readonly (string | null)[])[]
  readonly notes: readonly string[]
}

export interface PreviewColumn extends ColumnStatistics {
  readonly name: string
  readonly distribution?: ValueCounts
}

/** How often the values of a column occur: in each interval between `edges`, or one by one. */
export type ValueCounts =
  | { readonly shape: 'histogram'; readonly edges: readonly number[]; readonly counts: readonly number[] }
  | {
      readonly shape: 'categories'
      readonly values: readonly string[]
      readonly counts: readonly number[]
      readonly others: number
    }
