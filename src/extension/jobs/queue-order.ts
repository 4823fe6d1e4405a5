import type { Job, JobId } from '../../protocol/jobs.ts'

/**
 * Jobs that wait as their turns come, as far as anybody can tell: promoted ones first, the latest before the others,
 * then by priority, then by age. A smaller job may pass a larger one that has to wait for room.
 */
export function sortByTurn(jobs: readonly Job[]): readonly Job[] {
  return jobs.toSorted(
    (a, b) =>
      (b.promotedAt ?? 0) - (a.promotedAt ?? 0) || b.spec.priority - a.spec.priority || a.createdAt - b.createdAt,
  )
}

/** Places among those that wait for the same target, from 1. */
export function numberPositions(sorted: readonly Job[]): ReadonlyMap<JobId, number> {
  const waiting = new Map<string, number>()
  const positions = new Map<JobId, number>()
  for (const { jobId, status, spec } of sorted) {
    if (status !== 'queued') continue
    const position = (waiting.get(spec.target) ?? 0) + 1
    waiting.set(spec.target, position)
    positions.set(jobId, position)
  }
  return positions
}
