import type { Job, JobId } from '../../protocol/jobs.ts'
import type { ComputeDevice } from '../../protocol/devices.ts'
import type { TargetDescription } from '../../protocol/jobs.ts'
import type { Progress } from '../../protocol/progress.ts'

/*
 * What the views "Jobs" and "Compute" show. An element is one object for as long as the thing it stands for is shown,
 * because VS Code refreshes by identity; its view replaces the fields that are not readonly.
 */

export const jobGroupNames = ['queued', 'running', 'done'] as const
export type JobGroupName = (typeof jobGroupNames)[number]

export interface JobGroupElement {
  readonly kind: 'job-group'
  readonly id: string
  readonly group: JobGroupName
  /** All that belong to it, whatever is shown. */
  total: number
}

export interface JobElement {
  readonly kind: 'job'
  readonly id: string
  readonly connectionId: string
  /** The folder's name where several are open. */
  folder: string | undefined
  job: Job
  /** Its place among the jobs that wait for the same target, from 1; missing once the target has it. */
  position: number | undefined
  progress: Progress | undefined
  /** How long it will go on, as far as can be told. */
  remainingMs: ((now: number) => number | undefined) | undefined
}

/** Stands after the jobs of a group when there are more. */
export interface MoreJobsElement {
  readonly kind: 'more-jobs'
  readonly id: string
  readonly group: JobGroupElement
  shown: number
  total: number
}

export interface TargetElement {
  readonly kind: 'target'
  readonly id: string
  readonly connectionId: string
  /** The folder's name where several are open. */
  readonly folder: string | undefined
  readonly target: TargetDescription
  /** GPUs that the engine gives out here. */
  devices: readonly ComputeDevice[]
  /** What the GPUs' tools complain of. */
  readonly problems: readonly string[]
}

export interface DeviceElement {
  readonly kind: 'device'
  readonly id: string
  readonly target: TargetElement
  device: ComputeDevice
  /** What its jobs are called. */
  jobNames: ReadonlyMap<JobId, string>
}

/** What went wrong where something would be listed. */
export interface TroubleElement {
  readonly kind: 'trouble'
  readonly id: string
  readonly text: string
  readonly hint: string | undefined
}

export type JobsElement = JobGroupElement | JobElement | MoreJobsElement | TroubleElement
export type ComputeElement = TargetElement | DeviceElement | TroubleElement

function isElementOf<Kind extends (JobsElement | ComputeElement)['kind']>(kind: Kind) {
  // As for the elements of the explorer: VS Code hands a command whatever its caller passes.
  return (value: unknown): value is Extract<JobsElement | ComputeElement, { kind: Kind }> =>
    typeof value === 'object' && value !== null && 'kind' in value && value.kind === kind && 'id' in value
}

export const isJobElement = isElementOf('job')
export const isMoreJobsElement = isElementOf('more-jobs')
export const isTargetElement = isElementOf('target')
