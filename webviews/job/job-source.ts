import { RunwrightError } from '../../src/protocol/errors.ts'
import type { GpuHours } from '../../src/protocol/gpu-hours.ts'
import { hasJobEnded, type Job, type JobId } from '../../src/protocol/jobs.ts'
import type { Run } from '../../src/protocol/runs.ts'
import type { ViewEvent } from '../../src/protocol/view-event.ts'
import type { Caller } from '../shared/connect-page.ts'
import { createThrottle } from '../shared/frame-scheduler.ts'

/** What is known of a job beside its log and the points of its metrics. */
export interface JobFacts {
  readonly job: Job
  /** Missing while it is fetched, and once it was deleted. */
  readonly run?: Run
  readonly experimentName?: string
  readonly gpuHours?: GpuHours
  /** Names of GPUs of this machine by their UUIDs. */
  readonly gpuNames: ReadonlyMap<string, string>
}

export interface JobSource {
  readonly facts: JobFacts | undefined
  load(): void
  received(event: ViewEvent): void
}

/** Milliseconds between two readings of the same: of the job, of its run, of its GPU hours. */
const pauses = { job: 100, run: 1000, gpuHours: 10_000 }

/** Follows a job and its run. */
export function createJobSource(
  { call }: Caller,
  jobId: JobId,
  told: { changed(facts: JobFacts): void; failed(message: string): void },
): JobSource {
  let facts: JobFacts | undefined

  function take(change: Partial<JobFacts>): void {
    if (facts === undefined) return
    facts = { ...facts, ...change }
    told.changed(facts)
  }

  const inBackground = (work: () => Promise<void>) => () =>
    void work().catch((error: unknown) => {
      if (!(error instanceof RunwrightError)) throw error
      told.failed(error.message)
    })

  const loadRun = async () => {
    if (facts === undefined) return
    const { runId } = facts.job
    const run = await call('runs/get', { runId }).then(({ run }) => run, ignoreMissing)
    if (run !== undefined) take({ run })
  }

  const loadGpuHours = async () => {
    if (facts === undefined || !hasGpus(facts.job)) return
    const [gpuHours] = (await call('jobs/gpu-hours', { jobIds: [jobId] })).jobs
    if (gpuHours !== undefined) take({ gpuHours })
  }

  const loadNames = async () => {
    if (facts === undefined) return
    const { experimentId, attempts } = facts.job
    const { experiments } = await call('experiments/list', { view: 'ALL' })
    const experimentName = experiments.find((experiment) => experiment.experimentId === experimentId)?.name
    if (experimentName !== undefined) take({ experimentName })
    if (attempts.some(({ gpus = [] }) => gpus.length > 0)) {
      const { devices } = await call('devices/list', {})
      take({ gpuNames: new Map(devices.map(({ uuid, name }) => [uuid, name])) })
    }
  }

  const loadJob = async () => {
    const before = facts
    const { job } = await call('jobs/get', { jobId })
    facts = { gpuNames: new Map(), ...facts, job }
    told.changed(facts)
    if (before?.run === undefined) runs.request()
    const isOtherAttempt = before?.job.attempts.length !== job.attempts.length || before.job.status !== job.status
    if (isOtherAttempt) inBackground(loadNames)()
    if (isOtherAttempt) hours.request()
  }

  const jobs = createThrottle(pauses.job, inBackground(loadJob))
  const runs = createThrottle(pauses.run, inBackground(loadRun))
  const hours = createThrottle(pauses.gpuHours, inBackground(loadGpuHours))

  return {
    get facts() {
      return facts
    },
    load: jobs.request,
    received(event) {
      if (event.kind === 'reset') return jobs.request()
      if (event.kind === 'job-changed') return event.jobId === jobId ? jobs.request() : undefined
      if (facts === undefined || !('runId' in event) || event.runId !== facts.job.runId) return
      if (event.kind === 'run' || event.kind === 'metrics') runs.request()
      if (event.kind === 'metrics' && !hasJobEnded(facts.job.status)) hours.request()
    },
  }
}

export function hasGpus({ spec, attempts }: Job): boolean {
  return (spec.resources.gpus ?? 0) > 0 || attempts.some(({ gpus = [] }) => gpus.length > 0)
}

function ignoreMissing(error: unknown): undefined {
  if (error instanceof RunwrightError && error.code === 'RESOURCE_DOES_NOT_EXIST') return undefined
  throw error
}
