import type { RunId } from './ids.ts'
import type { RunStatus } from './runs.ts'

/** What several runs have in common and where they differ. */
export interface RunDiff {
  readonly runs: readonly DiffedRun[]
  readonly sections: readonly DiffSection[]
}

export interface DiffedRun {
  readonly runId: RunId
  readonly name: string
  readonly status: RunStatus
  /** Milliseconds since 1970-01-01 UTC. */
  readonly startTime: number
  /** Where its uncommitted changes are kept, relative to its artifact root. */
  readonly patchPath?: string
}

export const diffSections = [
  'params',
  'metrics',
  'code',
  'environment',
  'data',
  'command',
  'tags',
  'artifacts',
] as const

export interface DiffSection {
  readonly name: (typeof diffSections)[number]
  readonly rows: readonly DiffRow[]
}

export interface DiffRow {
  readonly key: string
  /** One for each run; null where it has none. */
  readonly values: readonly (string | number | null)[]
  readonly isDifferent: boolean
  /** Of metrics: which direction is better. */
  readonly goal?: 'maximize' | 'minimize'
}
