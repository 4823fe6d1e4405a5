import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { isRecord, parseForeignJson } from '../../../protocol/json.ts'
import { parseErrorBody } from '../../../protocol/errors.ts'

export interface CommandAnswer {
  /** What it has printed as JSON. */
  readonly data: unknown
  /** Why it did not do what was asked; empty where it did. */
  readonly problem: string
}

/**
 * Runs a command of the command line with `--json`, and waits for its end.
 *
 * @param env with what `magicsEnvironment` gives
 * @throws Error with what the command says, where that is nothing but an error
 */
export async function runCommand(
  words: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<CommandAnswer> {
  const [program = '', ...first] = readProgram(env)
  const place = env['RUNWRIGHT_WORKSPACE'] === undefined ? [] : [`--workspace=${env['RUNWRIGHT_WORKSPACE']}`]
  const child = spawn(program, [...first, ...words, '--json', ...place], {
    // An Electron is Node only while told so.
    env: { ...env, ELECTRON_RUN_AS_NODE: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [printed, said] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  const problem = child.exitCode === 0 ? '' : readProblem(said, `runwright ${words.join(' ')}`)
  if (problem !== '' && printed === '') throw new Error(problem)
  return { data: printed === '' ? undefined : parseForeignJson(printed), problem }
}

function readProgram(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  const told: unknown = JSON.parse(env['RUNWRIGHT_COMMAND'] ?? '[]')
  const words = Array.isArray(told) ? told.map(String) : []
  if (words.length === 0) throw new Error('The command line of Runwright is not known to this kernel.')
  return words
}

/** The last line is an error as JSON, where the command has one. */
function readProblem(said: string, command: string): string {
  const last = said.trimEnd().split('\n').at(-1) ?? ''
  if (!last.startsWith('{"error_code"')) return said.trim() || `${command} has failed.`
  const body: unknown = JSON.parse(last)
  const { message, hint } = parseErrorBody(isRecord(body) ? body : undefined, 500)
  return hint === undefined ? message : `${message}\n  ${hint}`
}
