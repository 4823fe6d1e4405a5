import type { JobExit, JobResources, JobSpec } from '../protocol/jobs.ts'

/**
 * Names one attempt of one job on its target: `JOBID-N`, N from 1. The target carries it wherever it can be looked for
 * again (folder, Slurm job name), because a submission whose answer got lost must be found, never repeated.
 */
export type AttemptKey = `${string}-${number}`

/** What a target calls an attempt; kept in the store and understood by that target alone. */
export type JobHandle = string

/** All that a target needs to run one attempt. */
export interface Attempt {
  readonly key: AttemptKey
  readonly spec: JobSpec
  /** Absolute path of the workspace on this machine. */
  readonly workspace: string
  /** For the command: the tracking server's address and token, the run, ranks. Not secret from this user. */
  readonly env: Readonly<Record<string, string>>
  /**
   * Values of `spec.secrets`. A target hands them to the command's environment and writes them to no file, no log and
   * no command line.
   */
  readonly secrets: Readonly<Record<string, string>>
  /** UUIDs of the GPUs that this attempt has, on targets whose devices the engine leases. */
  readonly gpus: readonly string[]
}

export type TargetStatus =
  /** The target has it and has not begun; `reason` in words, as `waits for nodes (Resources)`. */
  | { readonly state: 'waiting'; readonly reason: string }
  | { readonly state: 'running'; readonly startedAt: number }
  | { readonly state: 'ended'; readonly startedAt?: number; readonly exit: JobExit }
  /** The target answers and knows nothing of it: no record of an end, no process, no entry in its accounts. */
  | { readonly state: 'gone' }

/** What a target has, for the compute view and for jobs that ask for more than it could ever give. */
export interface TargetCapacity {
  readonly cpus?: number
  readonly memoryBytes?: number
  readonly gpus?: number
  /** Named parts, as Slurm's partitions. */
  readonly parts?: readonly string[]
}

/**
 * A place that runs jobs. Its methods throw `TEMPORARILY_UNAVAILABLE` when the place cannot be reached: that says nothing about any
 * job and changes none.
 */
export interface ComputeTarget extends AsyncDisposable {
  readonly kind: string
  capacity(): Promise<TargetCapacity>
  /**
   * Refuses what cannot work, before anything is left on the target: what asks for more than the target could ever give
   * would wait for good. At most one question to the target for that, since every launch waits for it.
   *
   * @throws INVALID_PARAMETER_VALUE, INVALID_STATE with what to do
   */
  check(spec: JobSpec): Promise<void>
  /**
   * Gives the attempt to the target. Called at most once for a key unless `find` has answered undefined since.
   * Whatever is started under one key runs the command at most once: the wrapper claims the key first.
   */
  submit(attempt: Attempt): Promise<JobHandle>
  /** The attempt of this key, whether it waits, runs or has ended; undefined when the target is sure to have none. */
  find(key: AttemptKey): Promise<JobHandle | undefined>
  /** All in one question to the target, in the order asked. */
  status(handles: readonly JobHandle[]): Promise<readonly TargetStatus[]>
  /** Bytes of the output from `offset` on, stdout and stderr as they came, at most `maxBytes`; empty at the end. */
  readLog(handle: JobHandle, offset: number, maxBytes: number): Promise<Uint8Array>
  /** Asks the command for a checkpoint (SIGUSR1). */
  requestCheckpoint(handle: JobHandle): Promise<void>
  /** Asks for the end: SIGTERM to all its processes, SIGKILL ten seconds later. What became of it, `status` says. */
  cancel(handle: JobHandle): Promise<void>
  /** Removes what the attempt left on the target, once its end and its output are safe in the store. */
  forget(handle: JobHandle): Promise<void>
  /**
   * Calls back when something about an attempt may have changed or its output grew. A target that cannot tell is asked
   * every `pollMs`.
   */
  watch(changed: (handle: JobHandle | undefined) => void): Disposable
  /** Milliseconds between two questions while jobs are there; 0 where `watch` tells all. */
  readonly pollMs: number
}

/** What of a job's needs the engine leases itself on this machine; other targets keep their own books. */
export type LeasedResources = Pick<JobResources, 'gpus' | 'gpuMemoryBytes' | 'cpus' | 'memoryBytes'>
