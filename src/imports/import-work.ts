import { RunwrightError } from '../protocol/errors.ts'
import type { ImportTarget } from './import-target.ts'

/** What everything that brings something is given. */
export interface ImportWork {
  readonly target: ImportTarget
  readonly signal: AbortSignal
  /** Counts up, and tells how far it is. */
  add(counts: Partial<Record<keyof Counts, number>>): void
  /** Notes that something did not come, or throws on when nothing will come any more. */
  fail(what: string, error: unknown): void
}

export interface Counts {
  newRuns: number
  changedRuns: number
  unchangedRuns: number
  points: number
  artifacts: number
  artifactBytes: number
  loggedModels: number
  modelVersions: number
  traces: number
}

/** @throws CANCELLED once the signal has come */
export function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw new RunwrightError('CANCELLED', 'The import was given up; doing it again goes on.')
}
