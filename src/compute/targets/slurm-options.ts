import type { JobResources, JobSpec } from '../../protocol/jobs.ts'
import type { AttemptKey } from '../target.ts'
import type { PartitionPart } from './slurm-capacity.ts'

/** A Slurm cluster as runwright.yaml describes it. */
export interface SlurmOptions {
  readonly partition?: string
  readonly account?: string
  readonly qos?: string
  /** Model of the GPUs, as `a100`; without it any will do. */
  readonly gpuType?: string
  /** Further options of sbatch, each with its value in one word, as `--constraint=ib`. */
  readonly extra?: readonly string[]
  /** Where attempts have their folders; nodes and login node must share it. Default `~/.runwright/jobs`. */
  readonly folder?: string
}

/** Seconds that Slurm lets a job run beyond its own limit, so that the wrapper is the one who ends it and records it. */
const slackSeconds = 45
/** MiB beyond the job's own limit, for the same reason; the wrapper itself needs a few of them. */
const slackMegabytes = 64

/** What sbatch is told about a job, whatever its attempt, a word each; see `man sbatch`. Resources are those of each node. @param part the partition */
export function resourceWords(resources: JobResources, options: SlurmOptions, part?: PartitionPart): string[] {
  const { gpus = 0, cpus, memoryBytes, timeLimitSeconds, nodes = 1 } = resources
  const { partition, account, qos, gpuType, extra = [] } = options
  return [
    `--nodes=${nodes}`,
    `--ntasks-per-node=1`,
    ...(partition === undefined ? [] : [`--partition=${partition}`]),
    ...(account === undefined ? [] : [`--account=${account}`]),
    ...(qos === undefined ? [] : [`--qos=${qos}`]),
    ...(gpus > 0 ? [`--gres=gpu:${gpuType === undefined ? '' : `${gpuType}:`}${gpus}`] : []),
    ...(cpus === undefined ? [] : [`--cpus-per-task=${cpus}`]),
    ...(memoryBytes === undefined ? [] : [`--mem=${Math.ceil(memoryBytes / 1024 ** 2) + slackMegabytes}M`]),
    ...(timeLimitSeconds === undefined ? [] : [`--time=${minutesOf(timeLimitSeconds, part)}`]),
    ...extra,
  ]
}

/** Slurm counts in minutes, and takes no job whose limit is above its partition's. */
function minutesOf(timeLimitSeconds: number, part: PartitionPart | undefined): number {
  return Math.ceil(Math.min(timeLimitSeconds + slackSeconds, part?.timeLimitSeconds ?? Infinity) / 60)
}

/**
 * The name and comment by which the job is found again; its output, where Slurm's own remarks go; SIGUSR1 two minutes
 * before the end, or at four fifths of a short job, for a checkpoint. It may start again after it was preempted or its
 * node was not there: the wrapper lets it only where that is right.
 */
export function attemptWords(key: AttemptKey, spec: JobSpec, part?: PartitionPart): string[] {
  const { timeLimitSeconds } = spec.resources
  const early =
    timeLimitSeconds === undefined
      ? 120
      : Math.round(minutesOf(timeLimitSeconds, part) * 60 - timeLimitSeconds + Math.min(120, timeLimitSeconds / 5))
  return [
    `--job-name=${key}`,
    `--comment=${key}`,
    '--output=slurm.out',
    '--open-mode=append',
    '--input=/dev/null',
    `--signal=B:USR1@${early}`,
    '--requeue',
  ]
}
