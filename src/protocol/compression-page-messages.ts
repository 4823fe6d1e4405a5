import type { Language } from '../base/languages.ts'
import type { RunId } from './ids.ts'
import type { MeasureName } from './measures.ts'

/** Where a search is: the run of it, or a file with its results. */
export type SearchPlace =
  | { readonly kind: 'run'; readonly connectionId: string; readonly runId: RunId }
  /** An absolute path. */
  | { readonly kind: 'file'; readonly path: string }

/** What VS Code keeps of a page over a reload of the window. */
export interface KeptCompressionPage {
  readonly place: SearchPlace
  /** What the search was called when it was opened. */
  readonly name: string
  /** What the page alone reads and keeps. */
  readonly shown?: ShownCompression
}

/** What is looked at, and how. */
export interface ShownCompression {
  /** The number of a model; 0 is the original. */
  readonly chosen?: number
  readonly x?: string
  readonly y?: string
  readonly label?: string
  readonly isTable?: boolean
}

/** A measure that models can be compared by. */
export interface PageMeasure {
  readonly name: MeasureName
  readonly title: string
  /** Which way is better, in words. */
  readonly better: string
}

/** One figure of a model. */
export interface PageFigure {
  readonly measure: MeasureName
  readonly value: number
  readonly interval?: readonly [low: number, high: number] | undefined
}

/** A model as the page draws it; every text is in the language of the reader already. */
export interface PageModel {
  /** That of the candidate; 0 for the original. */
  readonly number: number
  readonly name: string
  readonly mark: 'original' | 'recommended' | 'front' | 'other' | 'failed'
  /** How it stands: that it is recommended, or why it is not good enough. */
  readonly note: string
  readonly figures: readonly PageFigure[]
  /** Its recipe, a pass each. */
  readonly steps: readonly string[]
  /** Each bound, and how it was kept to. */
  readonly goals: readonly { readonly text: string; readonly outcome: string; readonly isMet: boolean }[]
}

export interface CompressionPageTexts {
  readonly title: string
  readonly status: string
  /** Sentences that are true of the search as a whole. */
  readonly notes: readonly string[]
  readonly x: string
  readonly y: string
  readonly label: string
  readonly none: string
  readonly chart: string
  readonly table: string
  /** What the keys do. */
  readonly keys: string
  readonly marks: Readonly<Record<PageModel['mark'], string>>
  readonly frontLine: string
  readonly model: string
  readonly state: string
  readonly recipe: string
  readonly goals: string
  readonly figures: string
  readonly measure: string
  readonly value: string
  readonly interval: string
  readonly original: string
  readonly asItIs: string
  readonly chooseOne: string
  readonly exportModel: string
  readonly register: string
  readonly copy: string
  readonly openRun: string
}

/** Tables of a candidate's layers, as lists of cells. */
export interface PageLayers {
  readonly number: number
  readonly tables: readonly {
    readonly title: string
    readonly columns: readonly string[]
    readonly rows: readonly (readonly string[])[]
  }[]
  /** In place of tables, or above them. */
  readonly note: string
}

/** What the extension tells the page of a search; `search` is all that the page is to show. */
export type ToCompressionPage =
  | {
      readonly kind: 'search'
      readonly language: Language
      /** To be given to VS Code. */
      readonly kept: KeptCompressionPage
      readonly measures: readonly PageMeasure[]
      /** What is drawn along the axes, and told beside points, until someone chooses otherwise. */
      readonly axes: { readonly x: MeasureName; readonly y: MeasureName; readonly label: MeasureName | undefined }
      /** The original comes first. */
      readonly models: readonly PageModel[]
      /** Whose run is known. */
      readonly isRecorded: boolean
      readonly texts: CompressionPageTexts
    }
  | ({ readonly kind: 'layers' } & PageLayers)
  /** It takes a while, or could not be done. What was shown stays. */
  | { readonly kind: 'notice'; readonly language: Language; readonly text: string; readonly isTrouble: boolean }

/** What can be done with a candidate. */
export type CandidateAction = 'export' | 'register' | 'copy' | 'open-run'

/** What the page of a search tells the extension. */
export type FromCompressionPage =
  | { readonly kind: 'ready' }
  /** Someone looks at a candidate, whose layers are wanted. */
  | { readonly kind: 'look'; readonly number: number }
  | { readonly kind: CandidateAction; readonly number: number }
