import { RunwrightError } from './errors.ts'
import { readLaunch } from './recorded-launch.ts'
import type { Param, Run } from './runs.ts'

/**
 * Where the value of a run's param came from, hence what a changed value replaces:
 *
 * - `launch`: it was given when the run was started (`--param`), and its `{key}` in the command follows;
 * - `argument`: a word of the command holds it, and that word is rewritten;
 * - `program`: the program set it by itself, so nothing outside its code can change it;
 * - `new`: the run has no such param yet; it is given as `--param`.
 */
export type ParamOrigin = 'launch' | 'argument' | 'program' | 'new'

/** What starting a run again amounts to. */
export interface Rerun {
  /** With `{key}` where the values of `params` go. */
  readonly command: readonly string[]
  readonly params: readonly Param[]
  readonly workingDirectory: string
  readonly changes: readonly ParamChange[]
}

export interface ParamChange {
  readonly key: string
  /** Undefined for a new param. */
  readonly from: string | undefined
  readonly to: string
  readonly origin: Exclude<ParamOrigin, 'program'>
}

type RecordedRun = Pick<Run, 'name' | 'params' | 'tags'>

/** The params of a run, sorted by key, each with what a change of it would replace. */
export function listRerunParams(run: RecordedRun): readonly (Param & { readonly origin: ParamOrigin })[] {
  const { command, params } = readLaunch(run)
  return run.params
    .map((param) => ({ ...param, origin: findOrigin(param, command, params) }))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
}

/**
 * Puts new values of params into the launch of a run. A value equal to the recorded one changes nothing.
 *
 * @throws INVALID_STATE when the run has no complete record of its command
 * @throws INVALID_PARAMETER_VALUE when a param was set by the program itself
 */
export function planRerun(run: RecordedRun, wanted: readonly Param[]): Rerun {
  const launch = readLaunch(run)
  let { command } = launch
  const params = new Map(launch.params.map(({ key, value }) => [key, value]))
  const changes: ParamChange[] = []
  for (const { key, value } of wanted) {
    const known = run.params.find((param) => param.key === key)
    if (known?.value === value) continue
    const origin = known === undefined ? 'new' : findOrigin(known, launch.command, launch.params)
    if (origin === 'program') throw createFixedError(run, key)
    if (origin !== 'argument') params.set(key, value)
    // A param given at the start may stand in an argument as well, and both must agree.
    if (known !== undefined) command = replaceArgument(command, known, value)
    changes.push({ key, from: known?.value, to: value, origin })
  }
  const { workingDirectory } = launch
  return { command, params: [...params].map(([key, value]) => ({ key, value })), workingDirectory, changes }
}

function findOrigin(param: Param, command: readonly string[], launched: readonly Param[]): ParamOrigin {
  if (launched.some(({ key }) => key === param.key)) return 'launch'
  return replaceArgument(command, param, '').some((word, index) => word !== command[index]) ? 'argument' : 'program'
}

function createFixedError({ name }: RecordedRun, key: string): RunwrightError {
  return new RunwrightError(
    'INVALID_PARAMETER_VALUE',
    `Param “${key}” of run “${name}” was set by its program: no --param and no argument of the command holds it.`,
    { hint: 'Change it in the code or in the file the program reads, and start the run with “runwright run”.' },
  )
}

/**
 * Writes a value into the arguments that hold the param's: `--key=value`, `--key value`, `-k value` and `key=value`,
 * where `-` and `_` in a key are the same, as in argparse. A word counts only where its value is the param's.
 */
function replaceArgument(command: readonly string[], { key, value }: Param, to: string): readonly string[] {
  return command.map((word, index) => {
    if (index === 0) return word
    const [, flag = '', name = '', held] = /^(-{1,2}|\+{1,2})?([^=]+?)(?:=(.*))?$/s.exec(word) ?? []
    if (held !== undefined) return isKey(name, key) && isSame(held, value) ? `${flag}${name}=${to}` : word
    const before = index > 1 ? /^--?([^=]+)$/s.exec(command[index - 1] ?? '')?.[1] : undefined
    return before !== undefined && isKey(before, key) && isSame(word, value) ? to : word
  })
}

function isKey(name: string, key: string): boolean {
  return name.replaceAll('-', '_') === key.replaceAll('-', '_')
}

/** Programs log numbers in a form of their own: `1e-3` as `0.001`. */
function isSame(a: string, b: string): boolean {
  return a === b || (a.trim() !== '' && b.trim() !== '' && Number(a) === Number(b))
}
