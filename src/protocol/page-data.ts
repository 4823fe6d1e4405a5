import type { Language } from '../base/languages.ts'
import type { CurveAxis, CurveName, CurveWindow } from './curves.ts'
import type { ExperimentId } from './ids.ts'
import type { Methods } from './methods.ts'
import type { RunDiff } from './run-diff.ts'
import type { ColumnValues, TableColumn, TableRow } from './run-table.ts'
import type { SavedView } from './saved-view.ts'

/** All that one HTML page holds of a view, so that it opens without an engine: base64 of `encodeBulk`. */
export interface PageData {
  readonly view: SavedView
  readonly experimentIds: readonly ExperimentId[]
  readonly language: Language
  /** What of the runs the page knows. */
  readonly keys: Methods['table/keys']['result']
  readonly rows: readonly TableRow[]
  readonly columns: readonly { readonly column: TableColumn; readonly values: ColumnValues }[]
  readonly curves: readonly PageCurve[]
  /** Of the chosen runs; null for fewer than two. */
  readonly diff: RunDiff | null
}

export interface PageCurve extends CurveName {
  readonly axis: CurveAxis
  readonly window: CurveWindow
}

/** The element of the page that holds them. */
export const pageDataId = 'runwright-data'
