import { parseArgs } from 'node:util'
import { RunwrightError } from '../protocol/errors.ts'
import type { CliContext } from './context.ts'
import { findWorkspace } from './find-workspace.ts'

/** One `--option`. A boolean is false unless given; a string is undefined, or an empty list with `multiple`. */
export interface CliOption {
  readonly type: 'string' | 'boolean'
  readonly summary: string
  /** One letter, for `-x`. */
  readonly short?: string
  /** What stands for the value in help, in capitals. */
  readonly value?: string
  /** It may be given several times, and its value is a list. */
  readonly multiple?: true
}

export type CliOptions = Readonly<Record<string, CliOption>>

type ValueOf<Option extends CliOption> = Option extends { type: 'boolean' }
  ? boolean
  : Option extends { multiple: true }
    ? readonly string[]
    : string | undefined

/** What stands behind the options: ids, file names, or the words of a command. */
export interface Operands {
  /** As help shows them, for example `RUN…`. */
  readonly usage: string
  readonly min: number
  readonly max: number
  /** Only words after `--` count, so that their own options are left alone. */
  readonly afterDashes?: true
}

export interface CliInput<Options extends CliOptions> {
  readonly options: { readonly [Name in keyof Options]: ValueOf<Options[Name]> }
  readonly operands: readonly string[]
  readonly json: boolean
  /** Absolute path of the folder whose engine is meant. */
  readonly workspace: string
  /** Every command of the program. */
  loadCommands(): Promise<readonly CliCommand[]>
}

/** A command as the program, its help and its completion see it. */
export interface CliCommand {
  /** Its words, separated by one space. */
  readonly name: string
  /** One line. */
  readonly summary: string
  /** What else help should say. */
  readonly details: string | undefined
  /** A whole command line that does something useful. */
  readonly example: string
  readonly options: CliOptions
  readonly operands: Operands | undefined
  /** It deals with SIGINT, SIGTERM and SIGHUP itself, rather than being cancelled by them. */
  readonly ownsSignals: boolean
  /** It begins with the small heap that the program has, and lets it grow itself. */
  readonly staysSmall: boolean
  /**
   * Resolves to the exit code.
   * @throws INVALID_PARAMETER_VALUE when the arguments are not what the command takes
   */
  execute(context: CliContext, args: readonly string[], commands: readonly ListedCommand[]): Promise<number>
}

/** A command by its name; what it takes to run it is loaded when it is wanted. */
export interface ListedCommand {
  readonly name: string
  load(): Promise<CliCommand>
}

/** For help and completion, which tell of every command. */
export function loadCommands(listed: readonly ListedCommand[]): Promise<readonly CliCommand[]> {
  return Promise.all(listed.map(({ load }) => load()))
}

/** Options that every command takes. */
export const commonOptions = {
  workspace: {
    type: 'string',
    value: 'DIR',
    summary: 'The folder whose runs are meant. Default: the nearest folder upwards with .runwright, else the git root',
  },
  json: { type: 'boolean', summary: 'Print JSON for programs' },
  'progress-json': {
    type: 'boolean',
    summary: 'Write how far it has come to standard error, one JSON object a line',
  },
  help: { type: 'boolean', short: 'h', summary: 'Show this help' },
} as const satisfies CliOptions

/** Those common options that have something to say of a command. */
export function commonOptionsOf({ name }: Pick<CliCommand, 'name'>): CliOptions {
  const { 'progress-json': progress, ...others } = commonOptions
  return /^(data|lfs|compress|import|model test|store)\b/.test(name) ? { ...others, 'progress-json': progress } : others
}

/** Exit codes of every command but a `run` whose command started: that one exits as its command did. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, notFound: 3, unavailable: 4, cancelled: 130 } as const

/** Makes a command whose `run` receives options already parsed and typed. `run` resolves to an exit code, or to 0. */
export function defineCliCommand<const Options extends CliOptions>(definition: {
  name: string
  summary: string
  details?: string
  example: string
  options: Options
  operands?: Operands
  ownsSignals?: true
  staysSmall?: true
  run(context: CliContext, input: CliInput<Options>): Promise<number | void>
}): CliCommand {
  const { name, summary, details, example, options, operands, ownsSignals = false, staysSmall = false } = definition
  return {
    name,
    summary,
    details,
    example,
    options,
    operands,
    ownsSignals,
    staysSmall,
    async execute(context, args, commands) {
      const parsed = parseWords(definition, args)
      const values = { ...emptyValues(options), ...parsed.values }
      const workspace = await findWorkspace(context.cwd, parsed.workspace)
      const input = {
        // SAFETY: emptyValues gives every option the value its type has when absent, and parseArgs checked the rest.
        options: values as CliInput<Options>['options'],
        operands: parsed.operands,
        json: parsed.json,
        workspace,
        loadCommands: () => loadCommands(commands),
      }
      const told = parsed.writesProgress ? { ...context, writesProgress: true } : context
      return (await definition.run(told, input)) ?? exitCodes.ok
    },
  }
}

interface ParsedWords {
  readonly values: Readonly<Record<string, unknown>>
  readonly operands: readonly string[]
  readonly workspace: string | undefined
  readonly json: boolean
  readonly writesProgress: boolean
}

function parseWords(
  { name, options, operands }: { name: string; options: CliOptions; operands?: Operands },
  args: readonly string[],
): ParsedWords {
  const all: CliOptions = { ...options, ...commonOptions }
  const dashes = args.indexOf('--')
  const afterDashes = dashes === -1 ? [] : args.slice(dashes + 1)
  try {
    const { values, positionals } = parseArgs({
      args: dashes === -1 ? [...args] : args.slice(0, dashes),
      // A fresh object without our own fields, which parseArgs would refuse.
      options: Object.fromEntries(
        Object.entries(all).map(([key, { type, short, multiple }]) => [
          key,
          { type, ...(short === undefined ? {} : { short }), ...(multiple === undefined ? {} : { multiple }) },
        ]),
      ),
      allowPositionals: true,
    })
    const words = operands?.afterDashes ? afterDashes : [...positionals, ...afterDashes]
    checkCount(name, operands, words.length, operands?.afterDashes ? positionals[0] : undefined)
    return {
      values,
      operands: words,
      workspace: typeof values['workspace'] === 'string' ? values['workspace'] : undefined,
      json: values['json'] === true,
      writesProgress: values['progress-json'] === true,
    }
  } catch (cause) {
    if (cause instanceof RunwrightError) throw cause
    throw usageError(name, cause instanceof Error ? cause.message : String(cause))
  }
}

function checkCount(name: string, operands: Operands | undefined, count: number, misplaced: string | undefined): void {
  if (misplaced !== undefined) {
    throw usageError(name, `"${misplaced}" stands before the "--" that separates options from the command.`)
  }
  const { min, max, usage } = operands ?? { min: 0, max: 0, usage: '' }
  if (count < min) throw usageError(name, `${usage} is missing.`)
  if (count > max) throw usageError(name, max === 0 ? 'It takes no arguments.' : `It takes ${usage} only.`)
}

function emptyValues(options: CliOptions): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(options).map(([name, { type, multiple }]) => [
      name,
      type === 'boolean' ? false : multiple ? [] : undefined,
    ]),
  )
}

/** An error for arguments that the command does not take. */
export function usageError(name: string, message: string): RunwrightError {
  return new RunwrightError('INVALID_PARAMETER_VALUE', `runwright ${name}: ${message}`, {
    hint: `"runwright ${name} --help" shows how it is used.`,
  })
}
