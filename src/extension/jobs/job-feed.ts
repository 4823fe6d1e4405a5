import type { Client } from '../../protocol/client.ts'
import type { ChangeEvent } from '../../protocol/events.ts'
import type { RunId } from '../../protocol/ids.ts'
import { hasJobEnded, type Job, type JobId } from '../../protocol/jobs.ts'
import { mergeMetrics } from './merge-metrics.ts'
import type { Metric, Param } from '../../protocol/runs.ts'
import { createCoalesced } from '../tree/coalesced.ts'
import { estimateRemainingMs, findProgress, type Progress } from '../../protocol/progress.ts'

/** Jobs that have ended shown at first, and added each time the user asks for more. */
const pageSize = 50

/** Changed jobs that are asked for one by one; when more have changed, all are fetched anew. */
const mostSingle = 20

/** The jobs of one engine: fetched once, kept true by events. */
export interface JobFeed {
  /** Settles, never rejecting, once the jobs were first fetched or could not be. */
  readonly loaded: Promise<void>
  /** Why there are none to show. */
  readonly error: unknown
  /** Jobs that have not ended. */
  live(): readonly Job[]
  /** The latest of those that have ended, newest first, and how many there are. */
  ended(): { readonly jobs: readonly Job[]; readonly total: number }
  /** How far a running job has come, as its run tells, and how long it will take; undefined where it does not. */
  progress(job: Job): { readonly progress: Progress; remainingMs(now: number): number | undefined } | undefined
  loadMore(): Promise<void>
  apply(event: ChangeEvent): void
}

export interface JobFeedParts {
  readonly client: Client
  /** All that is shown may be another, or of one job what its run tells. */
  changed(progressed?: Job): void
  /** A job that was seen before its end has ended. */
  jobEnded(job: Job): void
  failed(error: unknown): void
}

/** What the run of a running job has logged. */
interface Followed {
  readonly jobId: JobId
  params: readonly Param[]
  metrics: readonly Metric[]
  /** Where the present attempt began. */
  from: Pick<Progress, 'done' | 'at'> | undefined
  readonly reload: () => Promise<void>
}

export function createJobFeed({ client, changed, jobEnded, failed }: JobFeedParts): JobFeed {
  const live = new Map<JobId, Job>()
  let ended: { jobs: readonly Job[]; total: number } = { jobs: [], total: 0 }
  let wanted = pageSize
  let error: unknown
  const dirty = new Set<JobId>()
  const followed = new Map<RunId, Followed>()
  const inBackground = (work: Promise<void>) => void work.catch(failed)

  const loadEnded = createCoalesced(async () => {
    ended = await client.call('jobs/list', { hasEnded: true, limit: wanted })
  })

  const loadAll = createCoalesced(async () => {
    try {
      const [{ jobs }] = await Promise.all([client.call('jobs/list', { isLive: true, limit: 10_000 }), loadEnded()])
      const missing = new Set(live.keys())
      for (const job of jobs) {
        missing.delete(job.jobId)
        take(job)
      }
      for (const jobId of missing) await loadOne(jobId)
      error = undefined
    } catch (thrown) {
      error = thrown
      throw thrown
    } finally {
      changed()
    }
  })

  async function loadOne(jobId: JobId): Promise<void> {
    take((await client.call('jobs/get', { jobId })).job)
  }

  function take(job: Job): void {
    const before = live.get(job.jobId)
    if (!hasJobEnded(job.status)) {
      live.set(job.jobId, job)
      const isNewAttempt = before?.status !== 'running' || before.attempts.length !== job.attempts.length
      if (job.status === 'running' && isNewAttempt) follow(job)
      return
    }
    live.delete(job.jobId)
    followed.delete(job.runId)
    const isKnown = ended.jobs.some(({ jobId }) => jobId === job.jobId)
    if (isKnown) ended = { ...ended, jobs: ended.jobs.map((known) => (known.jobId === job.jobId ? job : known)) }
    if (before !== undefined) jobEnded(job)
  }

  function tellProgress(jobId: JobId): void {
    const job = live.get(jobId)
    if (job !== undefined) changed(job)
  }

  function follow(job: Job): void {
    const { jobId, runId, attempts } = job
    const startedAt = attempts[0]?.startedAt
    const run: Followed = {
      jobId,
      params: [],
      metrics: [],
      // A later attempt goes on from a checkpoint: where, its first metrics say.
      from: attempts.length === 1 && startedAt !== undefined ? { done: 0, at: startedAt } : undefined,
      reload: createCoalesced(async () => {
        const { run: loaded } = await client.call('runs/get', { runId })
        run.params = loaded.params
        run.metrics = mergeMetrics(run.metrics, loaded.metrics)
        tellProgress(jobId)
      }),
    }
    followed.set(runId, run)
    inBackground(run.reload())
  }

  const loadDirty = createCoalesced(async () => {
    const ids = [...dirty]
    dirty.clear()
    if (ids.length > mostSingle) return loadAll()
    await Promise.all(ids.map(loadOne))
    if (ids.some((jobId) => !live.has(jobId)) || ended.jobs.some(({ jobId }) => live.has(jobId))) await loadEnded()
    changed()
  })

  const loaded = loadAll().catch(failed)

  return {
    loaded,
    get error() {
      return error
    },
    live: () => [...live.values()],
    ended: () => ended,
    progress({ runId }) {
      const run = followed.get(runId)
      const progress = run && findProgress(run.params, run.metrics)
      if (run === undefined || progress === undefined) return undefined
      const from = (run.from ??= progress)
      return { progress, remainingMs: (now) => estimateRemainingMs(progress, from, now) }
    },
    async loadMore() {
      wanted = ended.jobs.length + 4 * pageSize
      await loadEnded()
      changed()
    },
    apply(event) {
      switch (event.kind) {
        case 'reset':
          return inBackground(loadAll())
        case 'job-changed':
          dirty.add(event.jobId)
          return inBackground(loadDirty())
        case 'run': {
          const run = followed.get(event.runId)
          return run && inBackground(run.reload())
        }
        case 'metrics': {
          const run = followed.get(event.runId)
          if (run === undefined) return
          run.metrics = mergeMetrics(run.metrics, event.latest)
          return tellProgress(run.jobId)
        }
      }
    },
  }
}
