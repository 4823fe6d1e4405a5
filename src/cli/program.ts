import { type ErrorCode, RunwrightError, toErrorBody } from '../protocol/errors.ts'
import { exitCodes, type ListedCommand, loadCommands } from './command.ts'
import type { CliContext } from './context.ts'
import { commandHelp, programHelp } from './help.ts'
import { letHeapGrow } from './small-heap.ts'

/** Runs the command that the arguments name and resolves to the exit code; never rejects. */
export async function runProgram(
  context: CliContext,
  commands: readonly ListedCommand[],
  args: readonly string[],
): Promise<number> {
  const listed = findCommand(commands, args)
  try {
    if (listed === undefined) return await withoutCommand(context, commands, args)
    const command = await listed.load()
    if (!command.staysSmall) letHeapGrow()
    const rest = args.slice(command.name.split(' ').length)
    if (asksForHelp(rest)) {
      context.stdout.write(commandHelp(command))
      return exitCodes.ok
    }
    const execution = command.execute(context, rest, commands)
    return await (command.ownsSignals ? execution : Promise.race([execution, cancelled(context.signal)]))
  } catch (error) {
    return report(context, error, wantsJson(args))
  }
}

/** The command with the most words that the arguments begin with. */
function findCommand(commands: readonly ListedCommand[], args: readonly string[]): ListedCommand | undefined {
  return commands
    .filter(({ name }) => name.split(' ').every((word, index) => args[index] === word))
    .toSorted((a, b) => b.name.length - a.name.length)
    .at(0)
}

async function withoutCommand(
  context: CliContext,
  commands: readonly ListedCommand[],
  args: readonly string[],
): Promise<number> {
  const [first] = args
  if (first === '--version') {
    context.stdout.write(`${context.version}\n`)
    return exitCodes.ok
  }
  const group = first === undefined ? [] : commands.filter(({ name }) => name.startsWith(`${first} `))
  if (first === undefined || first === 'help' || asksForHelp(args)) {
    context.stdout.write(programHelp(await loadCommands(group.length > 0 ? group : commands)))
    return exitCodes.ok
  }
  const known = group.length > 0 ? group : commands
  throw new RunwrightError('INVALID_PARAMETER_VALUE', `runwright: there is no command "${args.join(' ')}".`, {
    hint: `There are: ${known.map(({ name }) => name).join(', ')}.`,
  })
}

function asksForHelp(args: readonly string[]): boolean {
  return beforeDashes(args).some((arg) => arg === '--help' || arg === '-h')
}

function wantsJson(args: readonly string[]): boolean {
  return beforeDashes(args).includes('--json')
}

function beforeDashes(args: readonly string[]): readonly string[] {
  const dashes = args.indexOf('--')
  return dashes === -1 ? args : args.slice(0, dashes)
}

function cancelled(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const give = () => reject(new RunwrightError('CANCELLED', 'Cancelled.'))
    if (signal.aborted) give()
    else signal.addEventListener('abort', give, { once: true })
  })
}

function report(context: CliContext, thrown: unknown, json: boolean): number {
  const error =
    thrown instanceof RunwrightError
      ? thrown
      : new RunwrightError(
          'INTERNAL_ERROR',
          thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown),
        )
  if (error.code === 'CANCELLED') return exitCodes.cancelled
  const text = json
    ? JSON.stringify(toErrorBody(error))
    : `${error.message}${error.hint === undefined ? '' : `\n  ${error.hint}`}`
  context.stderr.write(`${text}\n`)
  return exitCodeOf(error.code)
}

/** The exit code for an error, by what the caller could do about it. */
export function exitCodeOf(code: ErrorCode): number {
  switch (code) {
    case 'INVALID_PARAMETER_VALUE':
    case 'BAD_REQUEST':
      return exitCodes.usage
    case 'RESOURCE_DOES_NOT_EXIST':
      return exitCodes.notFound
    case 'ENGINE_UNREACHABLE':
    case 'TEMPORARILY_UNAVAILABLE':
    case 'VERSION_MISMATCH':
    case 'STORAGE_FULL':
    case 'STORAGE_READ_ONLY':
    case 'STORAGE_DAMAGED':
    case 'STORAGE_TOO_NEW':
      return exitCodes.unavailable
    case 'CANCELLED':
      return exitCodes.cancelled
    default:
      return exitCodes.failed
  }
}
