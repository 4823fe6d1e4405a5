import type { Language } from '../base/languages.ts'
import type { JobId } from './jobs.ts'
import type { PageAnswer, PageRequest } from './webview-messages.ts'

/** What the extension tells a job's page. */
export type ToJobPage =
  /** The first message, in answer to `ready`. */
  | { readonly kind: 'show'; readonly jobId: JobId; readonly connectionId: string; readonly language: Language }
  | PageAnswer

/** What a job's page tells the extension. */
export type FromJobPage = PageRequest | { readonly kind: 'act'; readonly action: JobPageAction }

/** What VS Code keeps of a page over a reload of the window: `setState` writes it, the extension restores from it. */
export interface KeptJobPage {
  readonly connectionId: string
  readonly jobId: JobId
  /** Where the log stood; missing where it was followed. */
  readonly line?: number
}

/** What only the extension can do for a job's page. */
export type JobPageAction =
  /** `retry` asks for the values of secrets. */
  | { readonly kind: 'retry' | 'open-run' | 'open-log' | 'restore-code' | 'attach-debugger' }
  | { readonly kind: 'copy'; readonly text: string }
  /** A file as the job's output names it; line and column count from 1. */
  | { readonly kind: 'open-place'; readonly path: string; readonly line: number; readonly column?: number }
