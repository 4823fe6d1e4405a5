import type { Language } from '../base/languages.ts'
import type { ErrorBody } from './errors.ts'
import type { ViewEvent } from './view-event.ts'
import type { ExperimentId, RunId } from './ids.ts'
import type { MethodName } from './methods.ts'
import type { SavedView } from './saved-view.ts'

/** Where runs are: a workspace folder, which has an engine, or an MLflow server, whose runs lack what only that can do. */
export type RunPlace = 'folder' | 'server'

/** What any page asks: to be shown, and the engine's methods. */
export type PageRequest =
  | { readonly kind: 'ready' }
  | { readonly kind: 'call'; readonly callId: number; readonly method: MethodName; readonly params: unknown }
  | { readonly kind: 'cancel'; readonly callId: number }

/** What any page is told: the answers to its calls by their numbers, and what has changed. */
export type PageAnswer =
  | { readonly kind: 'result'; readonly callId: number; readonly result: unknown }
  | { readonly kind: 'error'; readonly callId: number; readonly error: ErrorBody }
  | { readonly kind: 'event'; readonly event: ViewEvent }

/** What the extension tells a comparison. Numbers travel as typed arrays, which `postMessage` copies as they are. */
export type ToWebview =
  /** The first message, in answer to `ready`, and again when the view's file was changed by others. */
  | {
      readonly kind: 'show'
      readonly view: SavedView
      /** Where its runs are; comes back in what VS Code keeps. */
      readonly connectionId: string
      readonly place: RunPlace
      /** The file the view is saved in, as a URI; undefined until it is saved. */
      readonly file?: string
      /** Of the view's experiments, in the same order. */
      readonly experimentIds: readonly ExperimentId[]
      /** The editor's, as far as there are texts in it. */
      readonly language: Language
    }
  /** The view is now kept in this file, under this title. */
  | { readonly kind: 'saved'; readonly file: string; readonly title: string }
  | PageAnswer

/** What VS Code keeps of a webview over a reload of the window: `setState` writes it, the extension restores from it. */
export interface KeptView {
  readonly connectionId: string
  readonly file?: string
  readonly view: SavedView
}

/** What a comparison tells the extension. */
export type FromWebview =
  | PageRequest
  /** The view as it is now; kept by VS Code over a reload, and in its file when `save` is asked. */
  | { readonly kind: 'changed'; readonly view: SavedView }
  | { readonly kind: 'save'; readonly view: SavedView }
  | { readonly kind: 'act'; readonly action: WebviewAction }

/** An artifact of a run by its path. */
export interface NamedArtifact {
  readonly runId: RunId
  readonly path: string
}

/** What only the extension can do for a view. */
export type WebviewAction =
  | { readonly kind: 'open-artifact'; readonly runId: RunId; readonly path: string }
  /** Opens VS Code's diff editor on two artifacts. */
  | { readonly kind: 'compare-artifacts'; readonly left: NamedArtifact; readonly right: NamedArtifact }
  /** Opens VS Code's diff editor on the code of two runs. */
  | { readonly kind: 'compare-code'; readonly left: RunId; readonly right: RunId }
  | { readonly kind: 'rename-run' | 'open-log' | 'copy-run-id'; readonly runId: RunId }
  | { readonly kind: 'rerun-with-changes' | 'restore-code' | 'open-source' | 'register-model'; readonly runId: RunId }
  | {
      readonly kind: 'delete-runs' | 'stop-runs' | 'rerun-runs' | 'set-tag' | 'remove-tags'
      readonly runIds: readonly RunId[]
    }
  /** Shows a text the user asked for, Markdown or CSV, in an editor. */
  | { readonly kind: 'open-text'; readonly language: 'markdown' | 'csv'; readonly content: string }
  /** Asks where to and in which format, and writes all runs of the view there. */
  | { readonly kind: 'export-table'; readonly view: SavedView }
  /** Asks where to, and writes a picture or a table there. */
  | { readonly kind: 'export-file'; readonly fileName: string; readonly bytes: Uint8Array }
