import type { ExperimentId, RunId } from './ids.ts'
import type { LauncherName, PrecisionName } from './launchers.ts'
import type { Param } from './runs.ts'

declare const brand: unique symbol

/** 32 lower-case hex digits. */
export type JobId = string & { readonly [brand]: 'JobId' }

export function parseJobId(text: string): JobId | undefined {
  // SAFETY: the pattern is the whole definition of a job id.
  return /^[0-9a-f]{32}$/.test(text) ? (text as JobId) : undefined
}

/**
 * The variable by which all processes of an attempt are known, wherever they went, and are ended with it; its value is
 * `JOBID-N.`, with the dot. Whoever starts what is to outlive a job takes it out.
 */
export const attemptVariable = 'RUNWRIGHT_ATTEMPT_KEY'

/**
 * Where a job stands, as people are told.
 *
 * - `queued`: not yet given to its target; `Job.reason` says why it waits
 * - `submitted`: its target has it and has not started it
 * - `running`: its command runs
 * - `finished`: ended with exit code 0
 * - `failed`: ended otherwise, or ran over a limit
 * - `cancelled`: ended because someone asked for it
 * - `lost`: its target does not know it any more and left no record of how it ended; it is never run again by itself
 */
export const jobStatuses = ['queued', 'submitted', 'running', 'finished', 'failed', 'cancelled', 'lost'] as const
export type JobStatus = (typeof jobStatuses)[number]

export function hasJobEnded(status: JobStatus): boolean {
  return status !== 'queued' && status !== 'submitted' && status !== 'running'
}

/** What a job needs; what is left out is not limited. */
export interface JobResources {
  /** Whole devices. 0 … 1,024. */
  readonly gpus?: number
  /** Free memory wanted on each GPU. With it a GPU may be shared; without it each GPU is the job's alone. */
  readonly gpuMemoryBytes?: number
  readonly cpus?: number
  /** Main memory; a job that takes more is ended as `out-of-memory`. */
  readonly memoryBytes?: number
  /** Running time of one attempt; a job that takes longer is ended as `time-limit`. */
  readonly timeLimitSeconds?: number
  /** 1 … 1,024, default 1. */
  readonly nodes?: number
}

/** How an attempt ended. */
export interface JobExit {
  readonly exitCode: number | null
  /** As `SIGKILL`; null when it ended by itself. */
  readonly signal: string | null
  readonly cause: 'exited' | 'cancelled' | 'time-limit' | 'out-of-memory' | 'preempted' | 'lost'
  /** Milliseconds since 1970-01-01 UTC. */
  readonly endedAt: number
}

/** What is asked for: all that must be known to run it anywhere, and no secret. */
export interface JobSpec {
  /** Program and arguments; params have been put in. */
  readonly command: readonly string[]
  /** Where the command runs, relative to the workspace, with `/`. */
  readonly workingDirectory: string
  readonly params: readonly Param[]
  /** Variables that the user has set for it, beyond what the target gives. */
  readonly env: Readonly<Record<string, string>>
  /** Names of secrets that become variables of these names; their values are never stored. */
  readonly secrets: readonly string[]
  readonly resources: JobResources
  /** By the name it has in `runwright.yaml`; `local` is always there. */
  readonly target: string
  /** Higher goes first. -100 … 100, default 0. */
  readonly priority: number
  /** Further attempts after one that failed, 0 … 100. One that was preempted is followed by another in any case. */
  readonly retries: number
  /** The snapshot commit of its code; absent where the workspace is no git repository. */
  readonly codeCommit?: string
  /** What starts a process of it for each GPU; absent where it starts them by itself or the command says what does. */
  readonly launcher?: LauncherName
  /** What it is told to compute in. */
  readonly precision?: PrecisionName
  /** Run it from a checkout of `codeCommit` in place of the workspace itself. Remote targets always do. */
  readonly isIsolated: boolean
  /** Files and folders under version control that it reads, relative to the workspace, with `/`. */
  readonly data?: readonly string[]
  /** What it writes of such, likewise. */
  readonly outputs?: readonly string[]
}

export interface JobAttempt {
  /** From 1. */
  readonly number: number
  /** What the target calls it: a Slurm job id, a process id, a folder. Absent until the target has answered. */
  readonly handle?: string
  /** UUIDs of the GPUs that it was given, where the engine gives them out. */
  readonly gpus?: readonly string[]
  readonly submittedAt?: number
  readonly startedAt?: number
  readonly exit?: JobExit
}

export interface Job {
  readonly jobId: JobId
  /** It exists from the launch on, SCHEDULED until the command runs; attempts go on in the same run. */
  readonly runId: RunId
  readonly experimentId: ExperimentId
  readonly name: string
  readonly spec: JobSpec
  readonly status: JobStatus
  /** Why it waits, or how it ended, in words: `waits for 24 GiB on one GPU; free at about 14:20`. */
  readonly reason: string
  readonly isCancelRequested: boolean
  readonly createdAt: number
  /** When someone put it before all others; the latest goes first. */
  readonly promotedAt?: number
  readonly attempts: readonly JobAttempt[]
}

/**
 * Values of the variables that targets name as `tokenFrom`, by the names of the variables. The engine holds them in
 * memory while it runs, and nowhere else.
 */
export type TargetTokens = Readonly<Record<string, string>>

/** A place that runs jobs, as it answers now. */
export interface TargetDescription {
  readonly name: string
  /** `local`, `ssh`, `slurm`, … */
  readonly kind: string
  /** What it has; missing while it cannot be reached. */
  readonly cpus?: number
  readonly memoryBytes?: number
  readonly gpus?: number
  /** Named parts, as Slurm's partitions. */
  readonly parts?: readonly string[]
  readonly queuedCount: number
  readonly runningCount: number
  /** Why it cannot be used now, in words. */
  readonly trouble?: string
}
