import { featureSet, type FeatureSetDefinition } from './feature-sets.ts'
import { isRecord } from './json.ts'
import { knownFields } from './known-fields.ts'
import {
  type LauncherName,
  launcherNames,
  parseLauncher,
  parsePrecision,
  type PrecisionName,
  precisionNames,
} from './launchers.ts'
import { flag, integer, listOf, number, object, type Parser, refine, refuse, text, textAs } from './parse.ts'
import { parseSize, parseTime } from './quantities.ts'
import { addLine, readYaml } from './yaml-file.ts'

/** The file at the workspace's root in which a project keeps its targets, ways of launching and features, in git. */
export const projectFileName = 'runwright.yaml'

export interface ProjectFile {
  /** By name. What a target takes beside its kind, its kind says. */
  readonly targets: Readonly<Record<string, TargetSettings>>
  /** By name. */
  readonly profiles: Readonly<Record<string, LaunchProfile>>
  /** By name. */
  readonly featureSets: Readonly<Record<string, FeatureSetDefinition>>
  readonly kernels?: KernelLimits
}

export interface KernelLimits {
  /** So long nobody may use a kernel before it is stopped. Default: as long as they like. */
  readonly idleTimeoutSeconds?: number
}

export interface TargetSettings {
  /** `ssh`, `slurm`, … */
  readonly kind: string
  /** The variable that holds the token of a target that asks for one; the token itself is never in the file. */
  readonly tokenFrom?: string
  readonly [setting: string]: unknown
}

/** What a launch begins with; whatever is given on the command line or in the form goes before it. */
export interface LaunchProfile {
  readonly command?: readonly string[]
  readonly target?: string
  readonly experiment?: string
  readonly gpus?: number
  readonly gpuMemoryBytes?: number
  readonly cpus?: number
  readonly memoryBytes?: number
  readonly timeLimitSeconds?: number
  readonly nodes?: number
  readonly priority?: number
  readonly retries?: number
  readonly params?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  /** Names of secrets. */
  readonly secrets?: readonly string[]
  readonly launcher?: LauncherName
  readonly precision?: PrecisionName
  /** Run it from a checkout of its code rather than in the workspace itself. */
  readonly isolated?: boolean
  /** Paths of data under version control that it reads, relative to the workspace. */
  readonly data?: readonly string[]
  /** What it writes of such. */
  readonly outputs?: readonly string[]
}

const size = textAs(parseSize, 'expected a size such as 24G')
const time = textAs(parseTime, 'expected a time such as 2h')

/** Numbers and truths are written without quotes, and are text all the same. */
const values: Parser<Readonly<Record<string, string>>> = (value, path) => {
  if (!isRecord(value)) return refuse(value, path, 'expected names with values')
  return Object.fromEntries(
    Object.entries(value).map(([key, given]) =>
      typeof given === 'string' || typeof given === 'number' || typeof given === 'boolean'
        ? [key, String(given)]
        : refuse(given, `${path}.${key}`, 'expected text or a number'),
    ),
  )
}

const profileParsers = {
  command: listOf(text, 10_000),
  target: text,
  experiment: text,
  gpus: integer(0, 1024),
  gpuMemory: size,
  cpus: refine(number, (value, path) => (value > 0 ? value : refuse(value, path, 'expected more than 0'))),
  memory: size,
  time,
  nodes: integer(1, 1024),
  priority: integer(-100, 100),
  retries: integer(0, 100),
  params: values,
  env: values,
  secrets: listOf(text, 100),
  launcher: textAs(parseLauncher, `expected one of ${launcherNames.join(', ')}`),
  precision: textAs(parsePrecision, `expected one of ${precisionNames.join(', ')}`),
  isolated: flag,
  data: listOf(text, 1000),
  outputs: listOf(text, 1000),
}

const profileFields = refine(
  (value: unknown, path: string) => (value === null ? {} : launchSettings(value, path)),
  object({}, profileParsers),
)

const launchSettings = knownFields(Object.keys(profileParsers), 'settings of a launch')

const profile: Parser<LaunchProfile> = refine(profileFields, ({ gpuMemory, memory, time, ...same }) => ({
  ...same,
  ...(gpuMemory === undefined ? {} : { gpuMemoryBytes: gpuMemory }),
  ...(memory === undefined ? {} : { memoryBytes: memory }),
  ...(time === undefined ? {} : { timeLimitSeconds: time }),
}))

const target: Parser<TargetSettings> = (value, path) => {
  const known = object({ kind: text }, { tokenFrom: text })(value, path)
  return isRecord(value) ? { ...value, ...known } : refuse(value, path, 'expected an object')
}

/** A notebook that is open says so more often than that. */
const shortestIdleSeconds = 300

const kernelFields = object(
  {},
  {
    idleTimeout: refine(time, (seconds, path) =>
      seconds >= shortestIdleSeconds ? seconds : refuse(seconds, path, 'expected at least 5m'),
    ),
  },
)

const kernelLimits: Parser<KernelLimits> = refine(
  refine(
    (value: unknown, path: string) =>
      value === null ? {} : knownFields(['idleTimeout'], 'settings of kernels')(value, path),
    kernelFields,
  ),
  ({ idleTimeout }) => (idleTimeout === undefined ? {} : { idleTimeoutSeconds: idleTimeout }),
)

function named<T>(parse: Parser<T>): Parser<Readonly<Record<string, T>>> {
  return (value, path) => {
    // All that stood below it may have been commented out.
    if (value === null) return {}
    if (!isRecord(value)) return refuse(value, path, 'expected names with what they mean')
    return Object.fromEntries(
      Object.entries(value).map(([name, given]) => [
        /^[\w][\w.-]{0,99}$/.test(name)
          ? name
          : refuse(name, path, 'expected a name of letters, digits, ".", "_", "-"'),
        parse(given, `${path}.${name}`),
      ]),
    )
  }
}

const projectFile = object(
  {},
  { targets: named(target), profiles: named(profile), featureSets: named(featureSet), kernels: kernelLimits },
)

/**
 * Reads the text of `runwright.yaml`.
 *
 * @throws INVALID_PARAMETER_VALUE naming the line and the field
 */
export function parseProjectFile(content: string): ProjectFile {
  const value = readYaml(projectFileName, content)
  try {
    const { targets = {}, profiles = {}, featureSets = {}, kernels } = projectFile(value ?? {}, '')
    if (Object.hasOwn(targets, 'local')) {
      refuse('local', 'targets.local', 'expected another name: this one is always there')
    }
    return { targets, profiles, featureSets, ...(kernels === undefined ? {} : { kernels }) }
  } catch (error) {
    throw addLine(projectFileName, content, error)
  }
}
