import type { DataProgress } from '../protocol/data-progress.ts'

/** What everything long is given: it tells how far it has come, and ends soon after it is cancelled. */
export interface Work {
  readonly signal: AbortSignal
  /** Called at any rate; whoever draws slows it down. */
  readonly progress: (progress: DataProgress) => void
  /** Whether it pays to count files first, so that progress has totals. */
  readonly wantsTotals?: boolean
}
