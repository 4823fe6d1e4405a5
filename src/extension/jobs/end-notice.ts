import type { Job } from '../../protocol/jobs.ts'
import { localize } from '../localize.ts'
import { formatDuration } from '../tree/format.ts'
import { findRunningMs } from '../../protocol/running-time.ts'

export interface EndNotice {
  readonly severity: 'information' | 'warning'
  readonly text: string
}

/**
 * What is told of a job's end; undefined for one that ran shorter than `afterMs`, and for one that its user cancelled,
 * who knows.
 */
export function describeEnd(job: Job, afterMs: number, now: number): EndNotice | undefined {
  const ranMs = findRunningMs(job, now) ?? 0
  if (ranMs < afterMs || job.status === 'cancelled') return undefined
  const values = { name: job.name, duration: formatDuration(ranMs), reason: job.reason }
  if (job.status === 'finished') {
    return { severity: 'information', text: localize('Job “{name}” has finished after {duration}.', values) }
  }
  return { severity: 'warning', text: localize('Job “{name}” has failed after {duration}: {reason}', values) }
}
