import { localize } from '../localize.ts'
import { type LaunchSettings, type ResourceName, resourceNames } from './launch-settings.ts'

/** A line of the form that launches a job. */
export interface LaunchLine {
  readonly part: 'job' | 'params' | 'resources'
  readonly kind: 'launch' | 'command' | 'target' | 'experiment' | 'profile' | 'param' | 'add-param' | 'resource'
  /** Of a param or a resource. */
  readonly key?: string
  readonly label: string
  readonly description: string
}

/**
 * The launch itself first, so that Enter repeats the last one; then all that can be changed.
 *
 * @param targetLoad what is free on the target, or why it cannot be used
 */
export function listLaunchLines(
  settings: LaunchSettings,
  targetLoad: string,
  hasProfiles: boolean,
): readonly LaunchLine[] {
  const { command, target, experiment, params, resources } = settings
  const line = (kind: LaunchLine['kind'], label: string, description: string): LaunchLine => ({
    part: 'job',
    kind,
    label,
    description,
  })
  return [
    line('launch', `$(play) ${localize('Launch on {target}', { target })}`, command),
    line('command', localize('Command'), command),
    line('target', localize('Target'), [target, targetLoad].filter((text) => text !== '').join(' · ')),
    line('experiment', localize('Experiment'), experiment),
    ...(hasProfiles ? [line('profile', localize('Profile…'), localize('Begin with one of runwright.yaml'))] : []),
    ...params.map(({ key, value }): LaunchLine => ({
      part: 'params',
      kind: 'param',
      key,
      label: key,
      description: value,
    })),
    { part: 'params', kind: 'add-param', label: `$(add) ${localize('Add Param…')}`, description: '' },
    ...resourceNames.map((name): LaunchLine => ({
      part: 'resources',
      kind: 'resource',
      key: name,
      label: nameResource(name),
      description: resources[name] === '' ? describeNone(name) : resources[name],
    })),
  ]
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
      return localize('none')
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
  }
}
