import type { DeviceList } from '../protocol/devices.ts'
import type { ChangeEvent } from '../protocol/events.ts'
import type { JobGpuHours } from '../protocol/gpu-hours.ts'
import type { RunId } from '../protocol/ids.ts'
import type { Job, JobId, TargetTokens } from '../protocol/jobs.ts'
import type { Methods } from '../protocol/methods.ts'
import type { Database } from '../store/database.ts'
import type { Artifacts } from '../tracking/artifacts.ts'
import type { Tracking } from '../tracking/tracking.ts'
import type { TrackingServer } from './attempt-environment.ts'
import type { CodeSource } from './code-source.ts'
import type { Places } from './place.ts'

/** The front of the feature. Disposing it leaves the jobs where they are; the next engine finds them. */
export interface Compute extends AsyncDisposable {
  /** Finds the jobs of the engine before again, and begins to follow them. Called once, when the server is there. */
  start(): Promise<void>
  /** @throws RESOURCE_DOES_NOT_EXIST for an unknown target, INVALID_PARAMETER_VALUE, and what the target's check says */
  launch(launch: Methods['jobs/launch']['params']): Promise<Methods['jobs/launch']['result']>
  list(query: Methods['jobs/list']['params']): Promise<Methods['jobs/list']['result']>
  get(jobId: JobId): Promise<Job>
  cancel(jobId: JobId): Promise<Job>
  /** @throws INVALID_STATE while it runs, INVALID_PARAMETER_VALUE when a secret is missing */
  retry(jobId: JobId, secrets: Readonly<Record<string, string>>): Promise<Job>
  /** @throws INVALID_STATE unless it is queued */
  promote(jobId: JobId): Promise<Job>
  log(jobId: JobId, start: number, maxBytes: number): Promise<Methods['jobs/log']['result']>
  /** GPU time until now, in the order asked. @throws RESOURCE_DOES_NOT_EXIST */
  gpuHours(jobIds: readonly JobId[]): Promise<readonly JobGpuHours[]>
  listTargets(tokens?: TargetTokens): Promise<Methods['targets/list']['result']>
  /** GPUs of this machine, as they are now, or two seconds after `after`. */
  listDevices(after?: number): Promise<DeviceList>
  /** Someone asked for this run to stop; nothing happens when no job runs it. */
  stopRun(runId: RunId): void
  /** Jobs that have not ended: the engine is needed. */
  readonly liveCount: number
}

/** What the feature is made from; clock and chance come from outside. */
export interface ComputeParts {
  readonly database: Database
  readonly tracking: Pick<Tracking, 'experiments' | 'runs'>
  readonly artifacts: Artifacts
  readonly places: Places
  /** Absolute path of the workspace. */
  readonly workspace: string
  readonly code: CodeSource
  /** The store is shared by several servers, so that none of them runs jobs; what there is of them is only read. */
  readonly areJobsElsewhere?: boolean
  /** Where commands reach the tracking server; not asked before `start`. */
  server(): TrackingServer
  /** Called once a change is durable. Must not throw. */
  changed(event: ChangeEvent): void
  /** Milliseconds since 1970-01-01 UTC. */
  now(): number
  randomBytes(size: number): Uint8Array
  log(level: 'info' | 'warning' | 'error', message: string, error?: unknown): void
}
