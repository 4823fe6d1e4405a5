import { setTimeout as delay } from 'node:timers/promises'
import { mapConcurrently } from '../base/map-concurrently.ts'
import { RunwrightError } from '../protocol/errors.ts'
import type { JobId, TargetTokens } from '../protocol/jobs.ts'
import { artifactPaths } from '../protocol/tag-names.ts'
import type { Compute, ComputeParts } from './compute.ts'
import { describeTargets } from './describe-targets.ts'
import { createUtilizationSampler, type UtilizationSampler } from './devices/sample-utilization.ts'
import { createJobOutput } from './job-output.ts'
import { type JobRecord, toJob } from './job-record.ts'
import { createJobs } from './jobs.ts'
import { createLauncher } from './launch.ts'
import { createLiveJobs, type LiveJob } from './live-jobs.ts'
import { measureGpuHours } from './measure-gpu-hours.ts'
import { createPerformer, describeMissingTarget, listMissingSecrets } from './perform.ts'
import type { Place } from './place.ts'
import { readLog } from './read-log.ts'
import { startTargetLoop, type TargetLoop } from './target-loop.ts'
import { startTurns, toRunning, toSampledRun } from './turns.ts'

/** Between two looks at the GPUs for somebody who watches them. */
const lookMs = 2000

/** What is under way when the engine ends gets this long; whatever is cut off is found again. */
const closeMs = 2000
const measuredAtOnce = 8

/** Puts the feature together over a database that `computeMigrations` have been applied to. */
export function createCompute(parts: ComputeParts): Compute {
  const { tracking, artifacts, now } = parts
  const places = parts.places.byName
  const closing = new AbortController()
  const jobs = createJobs(parts.database)
  const output = createJobOutput({ artifacts, runs: tracking.runs, closing: closing.signal })
  const loops = new Map<string, TargetLoop>()
  const samplers = new Map<string, UtilizationSampler>()
  const warn = (message: string, error: unknown) => {
    if (!closing.signal.aborted) parts.log('warning', message, error)
  }

  const live = createLiveJobs({
    jobs,
    changed: parts.changed,
    perform: (job, effect) => perform(job, effect),
    stepped(job) {
      loops.get(job.record.spec.target)?.notice(job)
      samplers.get(job.record.spec.target)?.wake()
      turns.wake()
    },
    warn,
    closing: closing.signal,
  })
  const following = { take: live.take, setReason: live.setReason, now, warn, closing: closing.signal }
  const perform = createPerformer({
    ...following,
    runs: tracking.runs,
    output,
    workspace: parts.workspace,
    server: parts.server,
    targetOf: (job) => places.get(job.record.spec.target)?.target,
  })
  const turns = startTurns({ ...following, places, output, list: live.ofTarget })
  const launch = createLauncher({ ...parts, places, jobs, live })

  const described = (record: JobRecord) => toJob(record, live.find(record.jobId)?.reason ?? '')
  const get = async (jobId: JobId) => described(live.find(jobId)?.shown ?? (await jobs.get(jobId)))

  async function cancel(job: LiveJob): Promise<void> {
    await live.take(job, { kind: 'cancel-requested' })
    const { phase, attempts } = job.record.state
    // Held back for want of its secrets: whether anything is there, its target knows.
    const isHeld = phase === 'submitting' && job.workCount === 0
    if (isHeld) await live.take(job, { kind: 'doubted', attempt: attempts.length })
  }

  /** Follows the jobs of places that are new. */
  function startLoops(): void {
    for (const [name, { target, devices, follow }] of places) {
      if (loops.has(name)) continue
      const list = () => live.ofTarget(name)
      loops.set(name, startTargetLoop({ ...following, name, target, output, list, enqueue: live.enqueue }))
      follow?.(() => list().flatMap((job) => toRunning(job)))
      if (devices !== undefined) samplers.set(name, startSampler(list, devices))
    }
  }

  function startSampler(list: () => readonly LiveJob[], devices: NonNullable<Place['devices']>): UtilizationSampler {
    return createUtilizationSampler({
      refresh: () => devices.refresh(),
      devices: () => devices.devices,
      runs: () => list().flatMap((job) => toSampledRun(job)),
      log: (runId, metrics) => tracking.runs.logBatch(runId, { metrics }),
      now,
    })
  }

  async function refreshPlaces(tokens: TargetTokens | undefined): Promise<void> {
    await parts.places.refresh(tokens)
    if (!closing.signal.aborted) startLoops()
  }

  /** Whoever asked for the stop may have done so just before the engine died. */
  async function cancelStopped(job: LiveJob): Promise<void> {
    try {
      if (await tracking.runs.isStopRequested(job.record.runId)) await cancel(job)
    } catch (error) {
      warn(`job ${job.jobId}: whether it is to stop could not be read`, error)
    }
  }

  async function releaseCode(): Promise<void> {
    try {
      await parts.code.release(await jobs.listCode())
    } catch (error) {
      warn('snapshots that no job names could not be let go of', error)
    }
  }

  function checkHere(): void {
    if (parts.areJobsElsewhere !== true) return
    throw new RunwrightError('NOT_IMPLEMENTED', 'A server on a shared database runs no jobs.', {
      hint: 'Launch it from a workspace: its engine runs jobs here, by ssh, on clusters, and keeps them in its own store.',
    })
  }

  return {
    async start() {
      if (parts.areJobsElsewhere === true) return
      for (const record of await jobs.listLive()) live.add(record, {})
      startLoops()
      if (live.size > 0) parts.log('info', `goes on with ${live.size} jobs`)
      for (const job of live.list()) {
        if (!places.has(job.record.spec.target)) live.setReason(job, describeMissingTarget(job))
        void live.take(job, { kind: 'recovered' })
        void cancelStopped(job)
      }
      for (const sampler of samplers.values()) sampler.wake()
      turns.wake()
      void releaseCode()
    },

    async launch(params) {
      checkHere()
      await refreshPlaces(params.tokens)
      const { job, isNew, warnings } = await launch(params)
      if (isNew) parts.changed({ kind: 'run', experimentId: job.experimentId, runId: job.runId })
      turns.wake()
      return { job: described(job), isNew, warnings }
    },

    async list(query) {
      const { jobs: found, total } = await jobs.list(query)
      return { jobs: found.map((record) => described(live.find(record.jobId)?.shown ?? record)), total }
    },

    get,

    async cancel(jobId) {
      checkHere()
      const job = live.find(jobId)
      if (job !== undefined) await cancel(job)
      return get(jobId)
    },

    async retry(jobId, secrets) {
      checkHere()
      const waiting = live.find(jobId)
      const job = waiting ?? live.add(await jobs.get(jobId), {})
      const known = { ...job.secrets, ...secrets }
      const missing = listMissingSecrets({ record: job.record, secrets: known })
      if (missing.length > 0 || (waiting !== undefined && listMissingSecrets(waiting).length === 0)) {
        if (waiting === undefined) live.remove(job)
        throw createRetryError(job, missing)
      }
      job.secrets = known
      live.setReason(job, '')
      const { phase, isDoubtful, attempts } = job.record.state
      if (waiting === undefined) {
        await live.take(job, { kind: 'retry-requested', retries: job.record.spec.retries })
      } else if (phase === 'submitting' && !isDoubtful && job.workCount === 0) {
        live.enqueue(job, [{ kind: 'submit', attempt: attempts.length }])
      }
      turns.wake()
      return get(jobId)
    },

    async promote(jobId) {
      checkHere()
      const job = live.find(jobId)
      const record = job?.record ?? (await jobs.get(jobId))
      if (job === undefined || job.record.state.phase !== 'queued') {
        throw new RunwrightError('INVALID_STATE', `Job "${record.name}" does not wait in the queue.`, {
          hint: 'Only a queued job can go before others.',
        })
      }
      await live.change(job, { ...job.record, promotedAt: now() })
      turns.wake()
      return get(jobId)
    },

    async log(jobId, start, maxBytes) {
      // Looked at first: what is complete before the reading is complete in it.
      const record = live.find(jobId)?.shown ?? (await jobs.get(jobId))
      const { artifactUri } = await tracking.runs.get(record.runId)
      const { bytes, sizeBytes } = await readLog(artifacts, artifactUri, artifactPaths.log, start, maxBytes)
      return { bytes, sizeBytes, isComplete: record.state.phase === 'ended' }
    },

    gpuHours: (jobIds) =>
      mapConcurrently(jobIds, measuredAtOnce, async (jobId) =>
        measureGpuHours(live.find(jobId)?.shown ?? (await jobs.get(jobId)), tracking.runs, now()),
      ),

    async listTargets(tokens) {
      await refreshPlaces(tokens)
      return describeTargets(places, live, loops)
    },

    async listDevices(after) {
      const [name, place] = [...places].find(([, { devices }]) => devices !== undefined) ?? []
      if (name === undefined || place?.devices === undefined) return { devices: [], problems: [] }
      // Whatever was given, nobody waits longer than that; an engine that ends answers at once.
      const waitMs = after === undefined ? 0 : Math.min(lookMs, after + lookMs - now())
      if (waitMs > 0) await delay(waitMs, undefined, { signal: closing.signal, ref: false }).catch(() => {})
      await place.devices.refresh()
      return place.devices.list(live.ofTarget(name).flatMap((job) => toRunning(job)))
    },

    stopRun(runId) {
      const job = live.list().find(({ record }) => record.runId === runId)
      if (job !== undefined) void cancel(job)
    },

    get liveCount() {
      return live.size
    },

    async [Symbol.asyncDispose]() {
      closing.abort()
      turns[Symbol.dispose]()
      for (const each of [...loops.values(), ...samplers.values()]) each[Symbol.dispose]()
      const done = Promise.all(live.list().map(({ work }) => work))
      await Promise.race([done, delay(closeMs, undefined, { ref: false })])
      await output.idle()
    },
  }
}

function createRetryError({ record }: LiveJob, missing: readonly string[]): RunwrightError {
  if (missing.length > 0) {
    return new RunwrightError('INVALID_PARAMETER_VALUE', `Job "${record.name}" needs ${missing.join(', ')}.`, {
      hint: 'Secrets are not stored, so each attempt that a person asks for is given them again.',
    })
  }
  return new RunwrightError('INVALID_STATE', `Job "${record.name}" has not ended.`, {
    hint: 'Cancel it first, or wait for its end.',
  })
}
