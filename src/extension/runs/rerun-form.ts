import { checkKey } from '../../protocol/mlflow/names.ts'
import { listRerunParams, planRerun } from '../../protocol/rerun.ts'
import type { Param, Run } from '../../protocol/runs.ts'
import { substituteParams } from '../../protocol/substitute-params.ts'
import { joinCommandLine } from '../../base/command-line.ts'
import type { CommandContext } from '../context.ts'
import { localize } from '../localize.ts'

/** A line of the form for the params of a run that is started again. */
export interface FormLine {
  readonly kind: 'start' | 'param' | 'add' | 'fixed'
  readonly key: string
  readonly value: string
  readonly label: string
  readonly description: string
}

/** Params by key with the value they are to have. */
type Changes = ReadonlyMap<string, string>

/** What the form shows: the start with its command line, each param that can be changed, and those that cannot. */
export function listFormLines(run: Pick<Run, 'name' | 'params' | 'tags'>, changes: Changes): readonly FormLine[] {
  const plan = planRerun(run, toParams(changes))
  const command = substituteParams(plan.command, plan.params)
  const params = listRerunParams(run)
  const added = [...changes].filter(([key]) => !params.some((param) => param.key === key))
  return [
    { kind: 'start', key: '', value: '', label: `$(play) ${localize('Start')}`, description: joinCommandLine(command) },
    ...params
      .filter(({ origin }) => origin !== 'program')
      .map(({ key, value }): FormLine => {
        const wanted = changes.get(key) ?? value
        const description = wanted === value ? value : `${value} → ${wanted}`
        return { kind: 'param', key, value: wanted, label: key, description }
      }),
    ...added.map(([key, value]): FormLine => ({
      kind: 'param',
      key,
      value,
      label: key,
      description: localize('new: {value}', { value }),
    })),
    { kind: 'add', key: '', value: '', label: `$(add) ${localize('Add Param…')}`, description: '' },
    ...params
      .filter(({ origin }) => origin === 'program')
      .map(({ key, value }): FormLine => ({ kind: 'fixed', key, value, label: key, description: value })),
  ]
}

/** Lets the user change params one by one; resolves to the changes, or to undefined when the form is left. */
export async function askForChanges(
  { vscode }: CommandContext,
  run: Pick<Run, 'name' | 'params' | 'tags'>,
): Promise<readonly Param[] | undefined> {
  const changes = new Map<string, string>()
  for (;;) {
    const lines = listFormLines(run, changes)
    const firstFixed = lines.findIndex(({ kind }) => kind === 'fixed')
    const heading = (label: string) => ({ label, kind: vscode.QuickPickItemKind.Separator, line: undefined })
    const items = lines.flatMap((line, index) => [
      ...(index === 1 ? [heading(localize('Params'))] : []),
      ...(index === firstFixed ? [heading(localize('Set by the program, not from here'))] : []),
      { label: line.label, description: line.description, line },
    ])
    const picked = await vscode.window.showQuickPick(items, {
      title: localize('Re-run “{name}” with Changes', { name: run.name }),
      placeHolder: localize('Choose a param to change it, or start the run'),
      matchOnDescription: true,
      ignoreFocusOut: true,
    })
    const line = picked?.line
    if (line === undefined) return undefined
    if (line.kind === 'start') return toParams(changes)
    const changed = line.kind === 'param' ? await askForValue(vscode, line) : undefined
    const added = line.kind === 'add' ? await askForParam(vscode, lines) : undefined
    const param = changed ?? added
    if (param !== undefined) changes.set(param.key, param.value)
  }
}

function toParams(changes: Changes): readonly Param[] {
  return [...changes].map(([key, value]) => ({ key, value }))
}

async function askForValue(vscode: CommandContext['vscode'], { key, value }: FormLine): Promise<Param | undefined> {
  const changed = await vscode.window.showInputBox({
    title: localize('Value of {key}', { key }),
    value,
    ignoreFocusOut: true,
  })
  return changed === undefined ? undefined : { key, value: changed }
}

async function askForParam(vscode: CommandContext['vscode'], lines: readonly FormLine[]): Promise<Param | undefined> {
  const text = await vscode.window.showInputBox({
    title: localize('Add Param'),
    prompt: localize('KEY=VALUE. The program finds it in RUNWRIGHT_PARAMS.'),
    ignoreFocusOut: true,
    validateInput: (typed) => findParamFault(typed, lines),
  })
  if (text === undefined) return undefined
  const equals = text.indexOf('=')
  return { key: text.slice(0, equals).trim(), value: text.slice(equals + 1) }
}

/** Exported for its test. Says what is wrong with `KEY=VALUE`, or undefined. */
export function findParamFault(typed: string, lines: readonly FormLine[]): string | undefined {
  const equals = typed.indexOf('=')
  const key = typed.slice(0, Math.max(0, equals)).trim()
  if (key === '') return localize('Expected KEY=VALUE.')
  try {
    checkKey(key, 'key')
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  const known = lines.find((line) => line.key === key)
  if (known?.kind === 'fixed') return localize('{key} is set by the program itself.', { key })
  return known === undefined ? undefined : localize('{key} is in the list already.', { key })
}
