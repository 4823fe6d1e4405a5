import type { Language } from '../base/languages.ts'
import type { DataComparison } from './data-comparison.ts'
import type { TablePreview } from './data-diff.ts'

/** What the extension tells a page about data; each message is all that the page is to show. */
export type ToDataPage = { readonly language: Language } &
  /** It takes a while. */
  (
    | { readonly kind: 'working' }
    | { readonly kind: 'comparison'; readonly comparison: DataComparison; readonly images: readonly ImagePair[] }
    | { readonly kind: 'preview'; readonly name: string; readonly preview: TablePreview }
    | { readonly kind: 'trouble'; readonly text: string; readonly hint: string | undefined }
  )

/** The bytes of an image in both versions. */
export interface ImagePair {
  /** In the folder; empty for a file itself. */
  readonly path: string
  readonly old: Uint8Array<ArrayBuffer>
  readonly new: Uint8Array<ArrayBuffer>
}

/** What a page about data tells the extension. */
export type FromDataPage =
  | { readonly kind: 'ready' }
  /** Do it again: something may have changed. */
  | { readonly kind: 'again' }

/** What VS Code keeps of a comparison over a reload of the window. */
export interface KeptDataPage {
  /** Absolute paths. */
  readonly root: string
  readonly path: string
  /** The commit whose version is the old one. */
  readonly from?: string
  /** The commit whose version is the new one. Default: the workspace. */
  readonly to?: string
}
