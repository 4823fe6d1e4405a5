import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { RunwrightError } from '../protocol/errors.ts'
import type { ShellOptions, ShellResult } from './shell.ts'

export const defaultTimeoutMs = 30_000
/** Far above any answer that is asked for; a target that answers more is broken. */
export const maxOutputBytes = 64 << 20

export interface ProgramResult extends ShellResult {
  /** As `SIGKILL`; null when it ended by itself. */
  readonly signal: string | null
}

/**
 * Runs a program of this machine to its end and keeps what it wrote.
 *
 * @param options.name what an error says did not answer
 * @throws TEMPORARILY_UNAVAILABLE when it takes longer than its timeout or writes more than 64 MiB
 */
export function runProgram(
  argv: readonly string[],
  options: ShellOptions & {
    readonly name: string
    readonly env: Readonly<Record<string, string | undefined>>
    readonly cwd?: string
  },
): Promise<ProgramResult> {
  const { name, env, cwd, stdin = '', timeoutMs = defaultTimeoutMs } = options
  const [program = '', ...args] = argv
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env: { ...env }, ...(cwd === undefined ? {} : { cwd }), windowsHide: true })
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    let size = 0
    const fail = (what: string) => {
      child.kill('SIGKILL')
      reject(new RunwrightError('TEMPORARILY_UNAVAILABLE', `${name} ${what}.`))
    }
    const timer = setTimeout(() => fail(`did not answer within ${timeoutMs / 1000} s`), timeoutMs)
    const keep = (parts: Buffer[]) => (chunk: Buffer) => {
      size += chunk.length
      if (size > maxOutputBytes) fail('answered more than 64 MiB')
      else parts.push(chunk)
    }
    child.stdout.on('data', keep(stdout))
    child.stderr.on('data', keep(stderr))
    // A program may end without reading its input.
    child.stdin.on('error', () => undefined)
    if (typeof stdin === 'string' || stdin instanceof Uint8Array) child.stdin.end(stdin)
    else {
      stdin.once('error', (error) => {
        clearTimeout(timer)
        child.kill('SIGKILL')
        reject(error)
      })
      stdin.pipe(child.stdin)
    }
    child.once('error', (error) => {
      clearTimeout(timer)
      resolve({ code: 127, signal: null, stdout: Buffer.alloc(0), stderr: error.message })
    })
    child.once('close', (code, signal) => {
      clearTimeout(timer)
      const exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal])
      resolve({ code: exitCode, signal, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() })
    })
  })
}
