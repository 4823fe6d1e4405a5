import type { Job } from '../../protocol/jobs.ts'

/** Milliseconds that the job's attempts have run, all together; undefined before the first has begun. */
export function findRunningMs({ attempts }: Pick<Job, 'attempts'>, now: number): number | undefined {
  const times = attempts.flatMap(({ startedAt, exit }) =>
    startedAt === undefined ? [] : [(exit?.endedAt ?? now) - startedAt],
  )
  return times.length === 0 ? undefined : times.reduce((sum, time) => sum + time, 0)
}
