import { isRecord } from '../../protocol/json.ts'
import { parseLauncher, parsePrecision } from '../../protocol/launchers.ts'
import type { LaunchProfile } from '../../protocol/project-file.ts'
import { formatSize, parseSize, parseTime } from '../../protocol/quantities.ts'
import type { Param } from '../../protocol/runs.ts'
import { joinCommandLine, splitCommandLine } from '../../base/command-line.ts'
import { formatDuration } from '../tree/format.ts'

/** What a job asks for and how it is started, by the option of `runwright train` that says it. */
export const resourceNames = [
  'gpus',
  'gpu-memory',
  'cpus',
  'memory',
  'time',
  'retries',
  'launcher',
  'precision',
] as const
export type ResourceName = (typeof resourceNames)[number]

/** A launch as the form shows it: texts as they were typed. It holds no secret’s value, so it may be remembered. */
export interface LaunchSettings {
  /** A line that `splitCommandLine` reads; `{key}` in it stands for the value of a param. */
  readonly command: string
  readonly target: string
  readonly experiment: string
  /** Of `runwright.yaml`, by name; empty for none. What is said here goes before what it says. */
  readonly profile: string
  readonly params: readonly Param[]
  /** Names of secrets, beside those of the profile. */
  readonly secrets: readonly string[]
  /** Empty texts leave it to the profile. */
  readonly resources: Readonly<Record<ResourceName, string>>
}

export function newLaunchSettings(command: readonly string[]): LaunchSettings {
  return {
    command: joinCommandLine(command),
    target: 'local',
    experiment: 'Default',
    profile: '',
    params: [],
    secrets: [],
    resources: { gpus: '', 'gpu-memory': '', cpus: '', memory: '', time: '', retries: '', launcher: '', precision: '' },
  }
}

/** What was remembered, over what there would be otherwise: any part that is no longer right is left out. */
export function parseLaunchSettings(remembered: unknown, otherwise: LaunchSettings): LaunchSettings {
  if (!isRecord(remembered)) return otherwise
  const textOf = (value: unknown, instead: string) => (typeof value === 'string' && value !== '' ? value : instead)
  const { params, resources, secrets } = remembered
  return {
    command: textOf(remembered['command'], otherwise.command),
    target: textOf(remembered['target'], otherwise.target),
    experiment: textOf(remembered['experiment'], otherwise.experiment),
    profile: textOf(remembered['profile'], otherwise.profile),
    params: Array.isArray(params) ? params.flatMap(parseParam) : [],
    secrets: Array.isArray(secrets) ? secrets.filter(isSecretName) : [],
    resources: isRecord(resources)
      ? mapResources((name) => {
          const value = resources[name]
          return typeof value === 'string' && isResource(name, value) ? value : ''
        })
      : otherwise.resources,
  }
}

/** What a shell can pass on to a command. */
export function isSecretName(name: unknown): name is string {
  return typeof name === 'string' && /^[A-Za-z_]\w*$/.test(name)
}

function parseParam(value: unknown): Param[] {
  if (!isRecord(value) || typeof value['key'] !== 'string' || typeof value['value'] !== 'string') return []
  return [{ key: value['key'], value: value['value'] }]
}

function mapResources(textOf: (name: ResourceName) => string): LaunchSettings['resources'] {
  return {
    gpus: textOf('gpus'),
    'gpu-memory': textOf('gpu-memory'),
    cpus: textOf('cpus'),
    memory: textOf('memory'),
    time: textOf('time'),
    retries: textOf('retries'),
    launcher: textOf('launcher'),
    precision: textOf('precision'),
  }
}

/** Whether a text says how much of something (`2`, `24G`, `1h30m`), or which; nothing at all does, too. */
export function isResource(name: ResourceName, text: string): boolean {
  if (text === '') return true
  switch (name) {
    case 'gpus':
      return /^\d{1,4}$/.test(text) && Number(text) <= 1024
    case 'cpus':
      return Number.isFinite(Number(text)) && Number(text) > 0
    case 'gpu-memory':
    case 'memory':
      return parseSize(text) !== undefined
    case 'time':
      return parseTime(text) !== undefined
    case 'retries':
      return /^\d{1,3}$/.test(text) && Number(text) <= 100
    case 'launcher':
      return parseLauncher(text) !== undefined
    case 'precision':
      return parsePrecision(text) !== undefined
  }
}

/** The settings with a profile: what it says goes before what was said until now. */
export function chooseProfile(settings: LaunchSettings, name: string, profile: LaunchProfile): LaunchSettings {
  const { command, target, experiment, params = {} } = profile
  return {
    command: command === undefined ? settings.command : joinCommandLine(command),
    target: target ?? settings.target,
    experiment: experiment ?? settings.experiment,
    profile: name,
    params: settings.params.filter(({ key }) => !Object.hasOwn(params, key)),
    secrets: settings.secrets,
    resources: mapResources((each) => (describeProfileResource(profile, each) === '' ? settings.resources[each] : '')),
  }
}

/** What a profile asks for, as people read it; empty where it says nothing. */
export function describeProfileResource(profile: LaunchProfile, name: ResourceName): string {
  const { gpus, gpuMemoryBytes, cpus, memoryBytes, timeLimitSeconds, retries, launcher, precision } = profile
  switch (name) {
    case 'gpus':
      return String(gpus ?? '')
    case 'cpus':
      return String(cpus ?? '')
    case 'retries':
      return String(retries ?? '')
    case 'launcher':
      return launcher ?? ''
    case 'precision':
      return precision ?? ''
    case 'gpu-memory':
      return gpuMemoryBytes === undefined ? '' : formatSize(gpuMemoryBytes)
    case 'memory':
      return memoryBytes === undefined ? '' : formatSize(memoryBytes)
    case 'time':
      return timeLimitSeconds === undefined ? '' : formatDuration(timeLimitSeconds * 1000)
  }
}

/** With this value in the place of the one before, or after the others. An empty value takes the param away. */
export function setParam(params: readonly Param[], param: Param): readonly Param[] {
  if (param.value === '') return params.filter(({ key }) => key !== param.key)
  if (!params.some(({ key }) => key === param.key)) return [...params, param]
  return params.map((known) => (known.key === param.key ? param : known))
}

/** The words for `runwright train` that launch this. */
export function toTrainWords(settings: LaunchSettings): readonly string[] {
  const resources = resourceNames.flatMap((name) => {
    const value = settings.resources[name]
    return value === '' ? [] : [`--${name}=${value}`]
  })
  return [
    ...(settings.profile === '' ? [] : [`--profile=${settings.profile}`]),
    `--target=${settings.target}`,
    `--experiment=${settings.experiment}`,
    ...settings.params.map(({ key, value }) => `--param=${key}=${value}`),
    ...settings.secrets.map((name) => `--secret=${name}`),
    ...resources,
    '--',
    ...(splitCommandLine(settings.command) ?? []),
  ]
}
