import type { JobResources, JobSpec } from '../protocol/jobs.ts'
import { launcherNames, precisionNames } from '../protocol/launchers.ts'
import type { LaunchProfile } from '../protocol/project-file.ts'
import { parseSize, parseTime } from '../protocol/quantities.ts'
import type { Param } from '../protocol/runs.ts'
import { parseGrid, parseRandom, type Sweep } from '../protocol/sweep.ts'
import { parseParams } from '../supervisor/params.ts'
import { usageError } from './command.ts'

/** The options of `train`, as they were typed. */
export interface TrainOptions {
  readonly target: string | undefined
  readonly experiment: string | undefined
  readonly param: readonly string[]
  readonly grid: readonly string[]
  readonly random: readonly string[]
  readonly trials: string | undefined
  readonly seed: string | undefined
  readonly repeat: string | undefined
  readonly gpus: string | undefined
  readonly 'gpu-memory': string | undefined
  readonly cpus: string | undefined
  readonly memory: string | undefined
  readonly time: string | undefined
  readonly nodes: string | undefined
  readonly priority: string | undefined
  readonly retries: string | undefined
  readonly secret: readonly string[]
  readonly env: readonly string[]
  readonly launcher: string | undefined
  readonly precision: string | undefined
  readonly isolated: boolean
  readonly data: readonly string[]
  readonly out: readonly string[]
}

/** What of a job does not depend on which one of a sweep it is. */
export type CommonSpec = Omit<JobSpec, 'command' | 'workingDirectory' | 'codeCommit'>

/**
 * Options over a profile.
 *
 * @param toWorkspacePath makes of a path from where the command was given one from the workspace
 * @throws INVALID_PARAMETER_VALUE naming the option
 */
export function readTrainOptions(
  options: TrainOptions,
  profile: LaunchProfile,
  toWorkspacePath: (path: string) => string,
): { spec: CommonSpec; sweep: Sweep; experiment: string } {
  const grid = options.grid.map(parseGrid)
  const random = options.random.map(parseRandom)
  const varied = new Set([...grid, ...random].map(({ key }) => key))
  const trials = readInteger('trials', options.trials, 1, 10_000)
  const seed = readInteger('seed', options.seed, -(2 ** 31), 2 ** 31 - 1)
  const repeat = readInteger('repeat', options.repeat, 1, 10_000)
  const launcher = readOneOf('launcher', options.launcher, launcherNames) ?? profile.launcher
  const precision = readOneOf('precision', options.precision, precisionNames) ?? profile.precision
  const [data, outputs] = [
    [...new Set([...(profile.data ?? []), ...options.data.map(toWorkspacePath)])],
    [...new Set([...(profile.outputs ?? []), ...options.out.map(toWorkspacePath)])],
  ]
  return {
    spec: {
      params: [...mergeParams(profile.params ?? {}, parseParams(options.param), varied)],
      env: { ...profile.env, ...Object.fromEntries(options.env.map(readVariable)) },
      secrets: [...new Set([...(profile.secrets ?? []), ...options.secret])],
      resources: readResources(options, profile),
      target: options.target ?? profile.target ?? 'local',
      priority: readInteger('priority', options.priority, -100, 100) ?? profile.priority ?? 0,
      retries: readInteger('retries', options.retries, 0, 100) ?? profile.retries ?? 0,
      isIsolated: options.isolated || (profile.isolated ?? false),
      ...(launcher === undefined ? {} : { launcher }),
      ...(precision === undefined ? {} : { precision }),
      ...(data.length === 0 ? {} : { data }),
      ...(outputs.length === 0 ? {} : { outputs }),
    },
    sweep: {
      grid,
      random,
      ...(trials === undefined ? {} : { trials }),
      ...(seed === undefined ? {} : { seed }),
      ...(repeat === undefined ? {} : { repeat }),
    },
    experiment: options.experiment ?? profile.experiment ?? 'Default',
  }
}

/** A value of the command line takes the place of the profile's, and so does one that varies. */
function mergeParams(
  ofProfile: Readonly<Record<string, string>>,
  given: readonly Param[],
  varied: ReadonlySet<string>,
): readonly Param[] {
  const named = new Set(given.map(({ key }) => key))
  const kept = Object.entries(ofProfile).filter(([key]) => !named.has(key) && !varied.has(key))
  return [...kept.map(([key, value]) => ({ key, value })), ...given]
}

function readResources(options: TrainOptions, profile: LaunchProfile): JobResources {
  const wanted = {
    gpus: readInteger('gpus', options.gpus, 0, 1024) ?? profile.gpus,
    gpuMemoryBytes: readQuantity('gpu-memory', options['gpu-memory'], parseSize, '24G') ?? profile.gpuMemoryBytes,
    cpus: readQuantity('cpus', options.cpus, parsePositive, '4') ?? profile.cpus,
    memoryBytes: readQuantity('memory', options.memory, parseSize, '32G') ?? profile.memoryBytes,
    timeLimitSeconds: readQuantity('time', options.time, parseTime, '2h') ?? profile.timeLimitSeconds,
    nodes: readInteger('nodes', options.nodes, 1, 1024) ?? profile.nodes,
  }
  return Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined))
}

function parsePositive(text: string): number | undefined {
  const value = Number(text)
  return text.trim() !== '' && Number.isFinite(value) && value > 0 ? value : undefined
}

function readQuantity(
  name: string,
  text: string | undefined,
  parse: (text: string) => number | undefined,
  example: string,
): number | undefined {
  if (text === undefined) return undefined
  const value = parse(text)
  if (value === undefined) throw usageError('train', `--${name} ${text} is none; ${example} would be one.`)
  return value
}

function readInteger(name: string, text: string | undefined, min: number, max: number): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (text.trim() !== '' && Number.isInteger(value) && value >= min && value <= max) return value
  throw usageError('train', `--${name} ${text} is not a whole number from ${min} to ${max}.`)
}

function readOneOf<T extends string>(name: string, text: string | undefined, known: readonly T[]): T | undefined {
  if (text === undefined) return undefined
  const found = known.find((each) => each === text)
  if (found === undefined) throw usageError('train', `--${name} ${text} is none of ${known.join(', ')}.`)
  return found
}

function readVariable(word: string): [string, string] {
  const equals = word.indexOf('=')
  if (equals < 1) throw usageError('train', `--env ${word} is not NAME=VALUE.`)
  return [word.slice(0, equals), word.slice(equals + 1)]
}
