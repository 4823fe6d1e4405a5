import { posix } from 'node:path'
import { RunwrightError } from '../protocol/errors.ts'
import type { JobSpec } from '../protocol/jobs.ts'
import type { LauncherName, PrecisionName } from '../protocol/launchers.ts'
import { type LauncherOption, optionsOf, rendezvousText, selectGpusText } from './launchers/options.ts'
import { quoteWord } from '../ssh/quote.ts'

/** A command that begins with a launcher, taken apart. */
interface Launched {
  readonly name: LauncherName
  /** As `torchrun`, `accelerate launch` or `python3 -m torch.distributed.run`. */
  readonly words: readonly string[]
  /** Its own options, the script, and that one's. */
  readonly rest: readonly string[]
  /** The Python that it runs with, as far as the command tells. */
  readonly python: string
}

/** As programs, and as modules for the Python that a command names. Lightning starts its processes by itself. */
const launchers: Readonly<Record<Exclude<LauncherName, 'lightning'>, { words: readonly string[]; module: string }>> = {
  torchrun: { words: ['torchrun'], module: 'torch.distributed.run' },
  accelerate: { words: ['accelerate', 'launch'], module: 'accelerate.commands.launch' },
  deepspeed: { words: ['deepspeed'], module: 'deepspeed.launcher.runner' },
}

/**
 * What runs for a job: its command, and where a launcher starts it, the options that the launcher is not given there. It
 * starts a process for each GPU, and they meet at a port of their own, so that two jobs on one machine do not collide.
 *
 * @throws INVALID_PARAMETER_VALUE for a launcher that cannot start this
 */
export function launchedCommand({ command, launcher, precision, resources }: JobSpec): readonly string[] {
  const launched = findLauncher(command) ?? (launcher === undefined ? undefined : addLauncher(launcher, command))
  if (launched === undefined) {
    return launcher === 'lightning' ? withShell(rendezvousText(pythonOf(command), 1), [], command) : command
  }
  if (launcher !== undefined && launcher !== launched.name) {
    throw refuse(
      `The command begins with ${launched.name} and is to be started by ${launcher}.`,
      'Leave one of them out.',
    )
  }
  const { gpus = 0, nodes = 1 } = resources
  if (launched.name === 'deepspeed' && nodes > 1) {
    throw refuse('DeepSpeed’s own launcher does not reach the nodes of a cluster.', 'Use --launcher torchrun.')
  }
  const given = ownOptions(launched.rest)
  const missing = optionsOf({ name: launched.name, gpus, nodes, precision }).filter(
    ({ name, instead = [] }) => ![name, ...instead].some((each) => given.has(each)),
  )
  if (!missing.some(({ isShell }) => isShell) && launched.name !== 'deepspeed') {
    return [...launched.words, ...missing.map(({ text }) => text), ...launched.rest]
  }
  const prelude = rendezvousText(launched.python, nodes) + (launched.name === 'deepspeed' ? selectGpusText(gpus) : '')
  return withShell(prelude, [...launched.words.map(quoteWord), ...missing.map(toShell)], launched.rest)
}

/** The program that a machine must have for the job to start. */
export function launchedProgram(spec: JobSpec): string {
  const launched = findLauncher(spec.command)
  const added =
    spec.launcher === undefined || launched !== undefined ? undefined : addLauncher(spec.launcher, spec.command)
  return added?.words[0] ?? spec.command[0] ?? ''
}

/** Variables by which a training that asks for it computes in this precision. */
export function precisionVariables(
  precision: PrecisionName | undefined,
  launcher: LauncherName | undefined,
): Readonly<Record<string, string>> {
  if (precision === undefined) return {}
  const lightning = { fp16: '16-mixed', bf16: 'bf16-mixed', fp32: '32-true' }[precision]
  return {
    RUNWRIGHT_PRECISION: precision,
    // Read by accelerate where its own launcher does not run.
    ACCELERATE_MIXED_PRECISION: precision === 'fp32' ? 'no' : precision,
    ...(launcher === 'lightning' ? { LT_PRECISION: lightning, PL_TRAINER__PRECISION: lightning } : {}),
  }
}

function findLauncher(command: readonly string[]): Launched | undefined {
  for (const name of ['torchrun', 'accelerate', 'deepspeed'] as const) {
    const { words, module } = launchers[name]
    const [program = '', ...others] = command
    const isProgram = posix.basename(program) === words[0] && words.slice(1).every((word, at) => others[at] === word)
    const isModule = isPython(program) && others[0] === '-m' && others[1] === module
    if (!isProgram && !isModule) continue
    const count = isModule ? 3 : words.length
    return { name, words: command.slice(0, count), rest: command.slice(count), python: pythonOf(command) }
  }
  return undefined
}

function addLauncher(name: LauncherName, command: readonly string[]): Launched | undefined {
  if (name === 'lightning') return undefined
  const { words, module } = launchers[name]
  const [program = '', ...others] = command
  const python = pythonOf(command)
  // Python's own options are none of the launcher's; unbuffered it runs its scripts anyway.
  const rest = others[0] === '-u' ? others.slice(1) : others
  const isScript = isPython(program) && (rest[0] === '-m' || !(rest[0] ?? '-').startsWith('-'))
  if (!isScript) {
    const option = name === 'torchrun' ? '--no-python' : '--no_python'
    return { name, words, rest: [option, ...command], python }
  }
  const isModule = rest[0] === '-m'
  const script = isModule ? [name === 'torchrun' ? '-m' : '--module', ...rest.slice(1)] : rest
  return { name, words: [program, '-m', module], rest: script, python }
}

/** Names of the options before the script, with hyphens. */
function ownOptions(rest: readonly string[]): ReadonlySet<string> {
  const script = rest.findIndex((word) => word === '-m' || word === '--module' || word.endsWith('.py'))
  const own = script === -1 ? rest : rest.slice(0, script)
  return new Set(
    own.filter((word) => word.startsWith('-')).map((word) => word.split('=')[0]?.replaceAll('_', '-') ?? ''),
  )
}

function withShell(prelude: string, launcher: readonly string[], rest: readonly string[]): readonly string[] {
  return ['sh', '-c', `${prelude}exec ${[...launcher, '"$@"'].join(' ')}`, 'sh', ...rest]
}

function toShell({ text, isShell }: LauncherOption): string {
  return isShell === true ? text : quoteWord(text)
}

function isPython(program: string): boolean {
  return /^python[\d.]*$/.test(posix.basename(program))
}

function pythonOf([program = '']: readonly string[]): string {
  return isPython(program) ? program : 'python3'
}

function refuse(message: string, hint: string): RunwrightError {
  return new RunwrightError('INVALID_PARAMETER_VALUE', message, { hint })
}
