import { hasJobEnded, type Job } from './jobs.ts'

/** Milliseconds that the job's attempts have run, all together; undefined before the first has begun. */
export function findRunningMs({ attempts, status }: Pick<Job, 'attempts' | 'status'>, now: number): number | undefined {
  const times = attempts.flatMap(({ startedAt, exit }) =>
    startedAt === undefined ? [] : [(exit?.endedAt ?? (hasJobEnded(status) ? startedAt : now)) - startedAt],
  )
  return times.length === 0 ? undefined : times.reduce((sum, time) => sum + time, 0)
}
