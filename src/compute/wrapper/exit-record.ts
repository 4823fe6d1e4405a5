import type { JobExit } from '../../protocol/jobs.ts'

/** What the wrapper writes as `exit.json`, once for each start. */
export interface ExitRecord extends JobExit {
  /** Milliseconds since 1970-01-01 UTC. */
  readonly startedAt: number
}

const causes: ReadonlySet<unknown> = new Set<JobExit['cause']>([
  'exited',
  'cancelled',
  'time-limit',
  'out-of-memory',
  'preempted',
  'lost',
])

/** Undefined for anything else, as a file that a power cut has emptied. */
export function parseExitRecord(text: string): ExitRecord | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  if (!('exitCode' in value && 'signal' in value && 'cause' in value)) return undefined
  if (!('startedAt' in value && 'endedAt' in value)) return undefined
  const { exitCode, signal, cause, startedAt, endedAt } = value
  if (typeof startedAt !== 'number' || typeof endedAt !== 'number' || !isCause(cause)) return undefined
  return {
    exitCode: typeof exitCode === 'number' ? exitCode : null,
    signal: typeof signal === 'string' ? signal : null,
    cause,
    startedAt,
    endedAt,
  }
}

function isCause(value: unknown): value is JobExit['cause'] {
  return causes.has(value)
}
