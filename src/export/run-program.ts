import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { RunwrightError } from '../protocol/errors.ts'

/** Characters of output that are kept for an error; the last ones say what went wrong. */
const keptCharacters = 4000

/** A time to end by itself after it was asked to. */
const patienceMs = 5000

export interface ProgramCall {
  readonly file: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
}

/** How a program ended, and the last that it has said. */
export interface ProgramEnd {
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  readonly said: string
}

/**
 * Runs a program to its end. What it prints goes nowhere but into `said`.
 *
 * @throws RESOURCE_DOES_NOT_EXIST when it cannot be started; CANCELLED, once it has ended
 */
export async function runProgram({ file, args, cwd, env, signal }: ProgramCall): Promise<ProgramEnd> {
  if (signal.aborted) throw new RunwrightError('CANCELLED', 'Cancelled.')
  const child = spawn(file, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true })
  let said = ''
  const keep = (text: string) => (said = `${said}${text}`.slice(-keptCharacters))
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', keep)
  const cancel = () => void endPatiently(child)
  signal.addEventListener('abort', cancel, { once: true })
  try {
    const [exitCode, endSignal] = await once(child, 'close')
    if (signal.aborted) throw new RunwrightError('CANCELLED', 'Cancelled.')
    return { exitCode, signal: endSignal, said: said.trim() }
  } catch (cause) {
    if (cause instanceof RunwrightError) throw cause
    throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `${file} cannot be started.`, { cause })
  } finally {
    signal.removeEventListener('abort', cancel)
  }
}

async function endPatiently(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM')
  const kill = setTimeout(() => child.kill('SIGKILL'), patienceMs)
  await once(child, 'close').catch(() => {})
  clearTimeout(kill)
}
