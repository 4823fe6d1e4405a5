import type { Language } from '../base/languages.ts'
import type { ShownModelTest } from './shown-model-test.ts'

/** What the extension tells the page of a model's test; each message is all that the page is to show. */
export type ToModelTestPage = { readonly language: Language } & (
  | { readonly kind: 'working' }
  | { readonly kind: 'report'; readonly report: ShownModelTest }
  | { readonly kind: 'trouble'; readonly text: string; readonly hint: string | undefined }
)

/** What the page of a model's test tells the extension. */
export interface FromModelTestPage {
  /** It is there; read the report again; do the test again; write the report to a file. */
  readonly kind: 'ready' | 'again' | 'repeat' | 'export-html' | 'export-json'
}

/** What VS Code keeps of a report over a reload of the window. */
export interface KeptModelTest {
  /** The name of its folder, below those that the extension keeps reports in. */
  readonly id: string
}
