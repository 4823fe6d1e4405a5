import { localize } from '../localize.ts'
import { launcherNames, precisionNames } from '../../protocol/launchers.ts'
import type { LaunchProfile } from '../../protocol/project-file.ts'
import { describeProfileResource, type LaunchSettings, type ResourceName, resourceNames } from './launch-settings.ts'

/** A line of the form that launches a job. */
export interface LaunchLine {
  readonly part: 'job' | 'params' | 'resources'
  readonly kind:
    'launch' | 'command' | 'target' | 'experiment' | 'profile' | 'secrets' | 'param' | 'add-param' | 'resource'
  /** Of a param or a resource. */
  readonly key?: string
  /** As the box that changes it begins. */
  readonly value?: string
  readonly label: string
  readonly description: string
}

/**
 * The launch itself first, so that Enter repeats the last one; then all that can be changed.
 *
 * @param targetLoad what is free on the target, or why it cannot be used
 * @param profiles of `runwright.yaml`, by name
 */
export function listLaunchLines(
  settings: LaunchSettings,
  targetLoad: string,
  profiles: Readonly<Record<string, LaunchProfile>>,
): readonly LaunchLine[] {
  const { command, target, experiment } = settings
  const profile = profiles[settings.profile] ?? {}
  const line = (kind: LaunchLine['kind'], label: string, description: string): LaunchLine => ({
    part: 'job',
    kind,
    label,
    description,
  })
  const hasProfiles = Object.keys(profiles).length > 0
  return [
    line('launch', `$(play) ${localize('Launch on {target}', { target })}`, command),
    line('command', localize('Command'), command),
    line('target', localize('Target'), [target, targetLoad].filter((text) => text !== '').join(' · ')),
    line('experiment', localize('Experiment'), experiment),
    ...(hasProfiles ? [line('profile', localize('Profile'), settings.profile || localize('none'))] : []),
    line('secrets', localize('Secrets'), describeSecrets(settings, profile)),
    ...listParamLines(settings, profile),
    { part: 'params', kind: 'add-param', label: `$(add) ${localize('Add Param…')}`, description: '' },
    ...resourceNames.map((name) => toResourceLine(name, settings, profile)),
  ]
}

function describeSecrets({ secrets }: LaunchSettings, { secrets: ofProfile = [] }: LaunchProfile): string {
  const given = ofProfile.length === 0 ? [] : [localize('{value}, by the profile', { value: ofProfile.join(', ') })]
  return [...secrets, ...given].join(', ') || localize('none')
}

function listParamLines({ params }: LaunchSettings, profile: LaunchProfile): readonly LaunchLine[] {
  const toLine = (key: string, value: string, description: string): LaunchLine => ({
    part: 'params',
    kind: 'param',
    key,
    value,
    label: key,
    description,
  })
  const ofProfile = Object.entries(profile.params ?? {}).filter(([key]) => !params.some((own) => own.key === key))
  return [
    ...params.map(({ key, value }) => toLine(key, value, value)),
    ...ofProfile.map(([key, value]) => toLine(key, value, localize('{value}, by the profile', { value }))),
  ]
}

function toResourceLine(name: ResourceName, { resources }: LaunchSettings, profile: LaunchProfile): LaunchLine {
  const [own, given] = [resources[name], describeProfileResource(profile, name)]
  const otherwise = given === '' ? describeNone(name) : localize('{value}, by the profile', { value: given })
  const description = own === '' ? otherwise : own
  return { part: 'resources', kind: 'resource', key: name, value: own, label: nameResource(name), description }
}

export function nameResource(name: ResourceName): string {
  switch (name) {
    case 'gpus':
      return localize('GPUs')
    case 'gpu-memory':
      return localize('Memory on each GPU')
    case 'cpus':
      return localize('CPUs')
    case 'memory':
      return localize('Main memory')
    case 'time':
      return localize('Time limit')
    case 'retries':
      return localize('Retries')
    case 'launcher':
      return localize('Launcher')
    case 'precision':
      return localize('Precision')
  }
}

/** What it means when nothing is asked for. */
function describeNone(name: ResourceName): string {
  switch (name) {
    case 'gpus':
      return localize('none')
    case 'gpu-memory':
      return localize('all of it')
    case 'retries':
    case 'launcher':
      return localize('none')
    case 'precision':
      return localize('as the program chooses')
    default:
      return localize('not limited')
  }
}

/** What the box that asks for it says. */
export function promptFor(name: ResourceName): string {
  switch (name) {
    case 'gpus':
      return localize('How many GPUs, for example 1. Nothing for none.')
    case 'gpu-memory':
      return localize(
        'Free memory wanted on each, for example 24G; the GPU may then be shared. Nothing for a whole GPU.',
      )
    case 'cpus':
      return localize('How many CPUs, for example 4. Nothing for no limit.')
    case 'memory':
      return localize('For example 32G; a job that takes more is ended. Nothing for no limit.')
    case 'time':
      return localize('For example 2h or 1h30m; a job that runs longer is ended. Nothing for no limit.')
    case 'retries':
      return localize('Further attempts after one that failed, for example 2. Nothing for none.')
    case 'launcher':
      return localize('Starts a process for each GPU: {names}. Nothing for none.', { names: launcherNames.join(', ') })
    case 'precision':
      return localize('What it computes in: {names}. Nothing to leave it to the program.', {
        names: precisionNames.join(', '),
      })
  }
}
