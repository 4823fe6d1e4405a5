import { checkKey } from '../../protocol/mlflow/names.ts'
import type { LaunchProfile } from '../../protocol/project-file.ts'
import type { Param } from '../../protocol/runs.ts'
import { splitCommandLine } from '../../base/command-line.ts'
import type { CommandContext } from '../context.ts'
import { localize } from '../localize.ts'
import { pickOrType } from '../runs/pick-or-type.ts'
import { type LaunchLine, listLaunchLines, nameResource, promptFor } from './launch-lines.ts'
import {
  chooseProfile,
  isResource,
  isSecretName,
  type LaunchSettings,
  resourceNames,
  setParam,
} from './launch-settings.ts'
import type { ListedTarget } from './list-targets.ts'
import { describeLoad } from './target-presentation.ts'

/** What a form can choose among. */
export interface LaunchChoices {
  /** Where nothing is known yet, `local` alone. */
  readonly targets: readonly ListedTarget[]
  readonly experiments: readonly string[]
  /** Of `runwright.yaml`, by name. */
  readonly profiles: Readonly<Record<string, LaunchProfile>>
  /** Variables whose values are asked for as the tokens of targets, by the targets' names. */
  readonly tokenVariables: ReadonlyMap<string, string | undefined>
}

type Context = Pick<CommandContext, 'vscode' | 'log'>
type Vscode = CommandContext['vscode']

/** Lets the user change a launch line by line; the settings to launch with, or undefined when the form is left. */
export async function askForLaunch(
  context: Context,
  title: string,
  settings: LaunchSettings,
  choices: LaunchChoices,
): Promise<LaunchSettings | undefined> {
  // One that is no longer in the file cannot be launched by.
  const isKnown = Object.hasOwn(choices.profiles, settings.profile)
  for (let now = isKnown ? settings : { ...settings, profile: '' }; ;) {
    const line = await pickLine(context.vscode, title, now, choices)
    if (line === undefined) return undefined
    if (line.kind === 'launch') return now
    now = (await changeLine(context, line, now, choices)) ?? now
  }
}

async function pickLine(
  { window, QuickPickItemKind }: Vscode,
  title: string,
  settings: LaunchSettings,
  { targets, profiles }: LaunchChoices,
): Promise<LaunchLine | undefined> {
  const target = targets.find(({ target }) => target.name === settings.target)
  const load = target === undefined ? '' : describeLoad(target.target, target.devices).join(' · ')
  const lines = listLaunchLines(settings, load, profiles)
  const items = lines.flatMap((line, index) => {
    const item = { label: line.label, description: line.description, line }
    if (line.part === lines[index - 1]?.part || line.part === 'job') return [item]
    const label = line.part === 'params' ? localize('Params') : localize('Resources')
    return [{ label, kind: QuickPickItemKind.Separator, line: undefined }, item]
  })
  const picked = await window.showQuickPick(items, {
    title,
    placeHolder: localize('Press Enter to launch, or choose what to change'),
    matchOnDescription: true,
    ignoreFocusOut: true,
  })
  return picked?.line
}

/** The settings with what the user says of one line; undefined when its box is left. */
async function changeLine(
  context: Context,
  line: LaunchLine,
  settings: LaunchSettings,
  choices: LaunchChoices,
): Promise<LaunchSettings | undefined> {
  const { window } = context.vscode
  switch (line.kind) {
    case 'launch':
      return settings
    case 'command': {
      const command = await askForCommand(window, settings.command)
      return command === undefined ? undefined : { ...settings, command }
    }
    case 'target': {
      const target = await pickTarget(window, choices.targets)
      return target === undefined ? undefined : { ...settings, target }
    }
    case 'experiment': {
      const known = Promise.resolve(choices.experiments)
      const experiment = await pickOrType(context, localize('Experiment'), localize('Pick one or type another'), known)
      return experiment === undefined ? undefined : { ...settings, experiment }
    }
    case 'profile':
      return pickProfile(window, settings, choices.profiles)
    case 'secrets': {
      const secrets = await askForSecretNames(window, settings.secrets)
      return secrets === undefined ? undefined : { ...settings, secrets }
    }
    case 'param': {
      const { key = '' } = line
      const value = await window.showInputBox({
        title: localize('Value of {key}', { key }),
        prompt: localize('Nothing takes the param away.'),
        value: line.value ?? '',
        ignoreFocusOut: true,
      })
      return value === undefined ? undefined : { ...settings, params: setParam(settings.params, { key, value }) }
    }
    case 'add-param': {
      const param = await askForParam(window)
      return param && { ...settings, params: setParam(settings.params, param) }
    }
    case 'resource': {
      const name = resourceNames.find((known) => known === line.key)
      const value = name && (await askForResource(window, name, line.value ?? ''))
      if (name === undefined || value === undefined) return undefined
      return { ...settings, resources: { ...settings.resources, [name]: value } }
    }
  }
}

async function pickProfile(
  window: Vscode['window'],
  settings: LaunchSettings,
  profiles: LaunchChoices['profiles'],
): Promise<LaunchSettings | undefined> {
  const none = { label: localize('none'), name: '', profile: {} }
  const named = Object.entries(profiles).map(([name, profile]) => ({ label: name, name, profile }))
  const picked = await window.showQuickPick([none, ...named], { title: localize('Profile'), ignoreFocusOut: true })
  return picked && chooseProfile(settings, picked.name, picked.profile)
}

function askForCommand(window: Vscode['window'], command: string): Thenable<string | undefined> {
  return window.showInputBox({
    title: localize('Command'),
    prompt: localize('A word such as {name} is replaced by the value of the param.', { name: '{lr}' }),
    value: command,
    ignoreFocusOut: true,
    validateInput: (text) => {
      if (splitCommandLine(text) === undefined) return localize('A quote is not closed.')
      return text.trim() === '' ? localize('A job needs a command.') : undefined
    },
  })
}

const splitNames = (text: string) => text.split(/[\s,]+/).filter((name) => name !== '')

async function askForSecretNames(
  window: Vscode['window'],
  names: readonly string[],
): Promise<readonly string[] | undefined> {
  const text = await window.showInputBox({
    title: localize('Secrets'),
    prompt: localize(
      'Names of variables, for example HF_TOKEN; values are asked for at the launch and kept in VS Code’s secret storage. Nothing for none.',
    ),
    value: names.join(' '),
    ignoreFocusOut: true,
    validateInput: (text) =>
      splitNames(text).every(isSecretName) ? undefined : localize('A name has letters, digits and _ only.'),
  })
  return text === undefined ? undefined : [...new Set(splitNames(text))]
}

async function pickTarget(window: Vscode['window'], targets: readonly ListedTarget[]): Promise<string | undefined> {
  const items = targets.map(({ target, devices }) => ({
    label: target.name,
    description: target.kind === target.name ? '' : target.kind,
    detail: `${target.trouble === undefined ? '' : '$(warning) '}${describeLoad(target, devices).join(' · ')}`,
  }))
  return (await window.showQuickPick(items, { title: localize('Target'), ignoreFocusOut: true }))?.label
}

async function askForParam(window: Vscode['window']): Promise<Param | undefined> {
  const text = await window.showInputBox({
    title: localize('Add Param'),
    prompt: localize('KEY=VALUE. The program finds it in RUNWRIGHT_PARAMS.'),
    ignoreFocusOut: true,
    validateInput: findParamFault,
  })
  if (text === undefined) return undefined
  const equals = text.indexOf('=')
  return { key: text.slice(0, equals).trim(), value: text.slice(equals + 1) }
}

/** Exported for its test. Says what is wrong with `KEY=VALUE`, or undefined. */
export function findParamFault(typed: string): string | undefined {
  const equals = typed.indexOf('=')
  const key = typed.slice(0, Math.max(0, equals)).trim()
  if (key === '') return localize('Expected KEY=VALUE.')
  try {
    checkKey(key, 'key')
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function askForResource(
  window: Vscode['window'],
  name: (typeof resourceNames)[number],
  value: string,
): Thenable<string | undefined> {
  return window.showInputBox({
    title: nameResource(name),
    prompt: promptFor(name),
    value,
    ignoreFocusOut: true,
    validateInput: (text) => (isResource(name, text.trim()) ? undefined : promptFor(name)),
  })
}
