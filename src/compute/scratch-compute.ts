import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ChangeEvent } from '../protocol/events.ts'
import type { Job, JobId, JobSpec } from '../protocol/jobs.ts'
import { plainSpec } from '../protocol/test-job-spec.ts'
import type { Methods } from '../protocol/methods.ts'
import { openScratchPlace } from '../store/scratch-store.ts'
import { type Artifacts, createArtifacts } from '../tracking/artifacts.ts'
import { createFolderArtifactStore } from '../tracking/folder-artifact-store.ts'
import { createTracking } from '../tracking/create-tracking.ts'
import { trackingMigrations } from '../tracking/migrations.ts'
import type { Tracking } from '../tracking/tracking.ts'
import { noCode } from './code-source.ts'
import type { Compute } from './compute.ts'
import { createCompute } from './create-compute.ts'
import { createCountedLeases } from './scratch-leases.ts'
import { computeMigrations } from './migrations.ts'
import { fixedPlaces, type Place } from './place.ts'
import { createScratchTarget, type ScratchTarget } from './scratch-target.ts'

/** For tests: the feature over a real database and real processes, in a folder of its own. */
export interface ScratchCompute extends AsyncDisposable {
  compute(): Compute
  tracking(): Tracking
  artifacts(): Artifacts
  readonly target: ScratchTarget
  /** Where commands run. */
  readonly workspace: string
  readonly events: ChangeEvent[]
  /** What was logged as a warning. */
  readonly warnings: string[]
  /** Ends the engine's half, saying nothing to anybody, and opens the next one over what it left. */
  restart(): Promise<void>
  launch(
    command: readonly string[],
    more?: Partial<Omit<JobSpec, 'secrets' | 'command'>> & Partial<Omit<Methods['jobs/launch']['params'], 'spec'>>,
  ): Promise<Job>
  /** Waits until the job is as asked. */
  until(jobId: JobId, isSo: (job: Job) => boolean): Promise<Job>
  ended(jobId: JobId): Promise<Job>
  /** All that the job's attempts have printed, once nothing follows. */
  output(jobId: JobId): Promise<string>
  /** All that the store holds. */
  dump(): Promise<string>
}

/** Without the features between, whose numbers are closed up. */
const migrations = [...trackingMigrations, ...computeMigrations].map((each, index) => ({ ...each, number: index + 1 }))

export async function openScratchCompute({
  cpus = 8,
  code = noCode,
  toPlace = (target: ScratchTarget): Place => ({
    target,
    leases: createCountedLeases({ cpus, gpus: ['GPU-0', 'GPU-1'] }),
  }),
} = {}): Promise<ScratchCompute> {
  const folder = await mkdtemp(join(tmpdir(), 'runwright-compute-'))
  const store = await openScratchPlace(migrations)
  const workspace = join(folder, 'workspace')
  await mkdir(workspace)
  const target = createScratchTarget(join(folder, 'target'))
  const events: ChangeEvent[] = []
  const warnings: string[] = []
  let launches = 0

  async function openEngine() {
    const database = await store.open()
    const common = { changed: (event: ChangeEvent) => void events.push(event), now: Date.now, randomBytes }
    const tracking = createTracking({ database, ...common })
    const artifacts = createArtifacts({
      store: createFolderArtifactStore(join(folder, 'artifacts')),
      changed: common.changed,
    })
    const compute = createCompute({
      ...common,
      database,
      tracking,
      artifacts,
      places: fixedPlaces({ scratch: toPlace(target), elsewhere: { target } }),
      workspace,
      code,
      server: () => ({ uri: 'http://127.0.0.1:1', token: 'token' }),
      log: (level, message) => void (level === 'warning' && warnings.push(message)),
    })
    await compute.start()
    const close = async () => {
      await compute[Symbol.asyncDispose]()
      await database[Symbol.asyncDispose]()
    }
    return { compute, tracking, artifacts, close }
  }
  let engine = await openEngine()

  async function until(jobId: JobId, isSo: (job: Job) => boolean): Promise<Job> {
    for (;;) {
      const job = await engine.compute.get(jobId)
      if (isSo(job)) return job
      await new Promise((then) => setTimeout(then, 5))
    }
  }

  async function output(jobId: JobId): Promise<string> {
    for (;;) {
      const { bytes, isComplete } = await engine.compute.log(jobId, 0, 1 << 25)
      if (isComplete) return Buffer.from(bytes).toString()
      await new Promise((then) => setTimeout(then, 5))
    }
  }

  return {
    compute: () => engine.compute,
    tracking: () => engine.tracking,
    artifacts: () => engine.artifacts,
    target,
    workspace,
    events,
    warnings,
    async restart() {
      await engine.close()
      engine = await openEngine()
    },
    async launch(command, { key = `launch ${launches++}`, experiment = 'Default', name, secrets, ...spec } = {}) {
      const { job } = await engine.compute.launch({
        key,
        experiment,
        ...(name === undefined ? {} : { name }),
        ...(secrets === undefined ? {} : { secrets }),
        spec: { ...plainSpec, target: 'scratch', ...spec, command, secrets: Object.keys(secrets ?? {}) },
      })
      return job
    },
    until,
    ended: (jobId) => until(jobId, ({ status }) => /finished|failed|cancelled|lost/.test(status)),
    output,
    dump: () => store.dump(),
    async [Symbol.asyncDispose]() {
      target.faults.isUnreachable = false
      const { jobs } = await engine.compute.list({ isLive: true })
      await Promise.all(jobs.map(({ jobId }) => engine.compute.cancel(jobId)))
      await Promise.all(jobs.map(({ jobId }) => output(jobId)))
      await engine.close()
      await store[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
