import type { Language } from '../base/languages.ts'
import type { ModelDescription, ModelGraphs } from './model-description.ts'

/** What `model show --graph --json` prints. */
export type ShownModel = ModelDescription & ModelGraphs

/** What the extension tells the page of a model; each message is all that the page is to show. */
export type ToModelPage = { readonly language: Language } & (
  | { readonly kind: 'working' }
  | {
      readonly kind: 'model'
      /** Of the file. */
      readonly name: string
      readonly model: ShownModel
      /** Whether it can be tested: where it lies in a file. */
      readonly canTest: boolean
    }
  | { readonly kind: 'trouble'; readonly text: string; readonly hint: string | undefined }
)

/** What the page of a model tells the extension. */
export interface FromModelPage {
  /** It is there; read the file again; test the model. */
  readonly kind: 'ready' | 'again' | 'test'
}
