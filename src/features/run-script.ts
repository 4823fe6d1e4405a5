import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { stat } from 'node:fs/promises'
import { RunwrightError } from '../protocol/errors.ts'

export interface ScriptRun {
  readonly command: readonly string[]
  /** The repository's root. */
  readonly cwd: string
  /** Absolute path of the file that it is to write. */
  readonly output: string
  /** Gets what it prints. */
  readonly print: (text: string) => void
  readonly signal: AbortSignal
}

/** Variable that names the file to write, for scripts that take no arguments. */
export const outputVariable = 'RUNWRIGHT_OUTPUT'

/**
 * Runs a command that writes a table.
 *
 * @throws INVALID_STATE when it fails or writes nothing, CANCELLED after it was killed with all that it had started
 */
export async function runScript({ command, cwd, output, print, signal }: ScriptRun): Promise<void> {
  const [program = '', ...args] = command.map((word) => word.replaceAll('{output}', output))
  if (signal.aborted) throw new RunwrightError('CANCELLED', 'Cancelled.')
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, [outputVariable]: output },
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
    // A group of its own, which can be killed as a whole.
    detached: process.platform !== 'win32',
  })
  const kill = () => killAll(child)
  signal.addEventListener('abort', kill, { once: true })
  const said = followOutput(child, print)
  try {
    const [code, end]: (number | string | null)[] = await once(child, 'close')
    if (signal.aborted) throw new RunwrightError('CANCELLED', 'Cancelled.')
    if (code !== 0) throw failed(program, `ended with ${String(end ?? code)}`, said())
  } catch (cause) {
    if (cause instanceof RunwrightError) throw cause
    throw new RunwrightError('INVALID_STATE', `The script cannot be started: ${program} is not on the PATH.`, { cause })
  } finally {
    signal.removeEventListener('abort', kill)
  }
  const written = await stat(output).catch(() => undefined)
  if (written?.isFile() !== true) {
    throw new RunwrightError('INVALID_STATE', 'The script has written no table.', {
      hint: `It writes Parquet, CSV or JSON lines to the file that {output} and ${outputVariable} stand for.`,
    })
  }
}

function followOutput({ stdout, stderr }: ChildProcess, print: (text: string) => void): () => string {
  let tail = ''
  for (const stream of [stdout, stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      tail = (tail + text).slice(-2000)
      print(text)
    })
  }
  return () => tail.trim().split('\n').at(-1) ?? ''
}

function failed(program: string, how: string, said: string): RunwrightError {
  return new RunwrightError('INVALID_STATE', `The script ${how}: ${program}`, said === '' ? {} : { hint: said })
}

function killAll(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    if (process.platform === 'win32') child.kill()
    else process.kill(-child.pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}
