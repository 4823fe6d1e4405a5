import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { RunwrightError } from '../../protocol/errors.ts'

export interface ScriptSettings {
  /** The program and its words; no shell reads them. */
  readonly command: readonly string[]
  /** Where it runs. */
  readonly folder: string
  /** Milliseconds from its start to its end. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/** A user's script at work. */
export interface ScriptProcess {
  /** Gives it a line, at its own pace. One that does not read is not waited for. */
  write(line: string): Promise<void>
  /**
   * Ends its input and waits for its end.
   *
   * @returns the last line that it printed
   * @throws BAD_REQUEST when it ended with an error; INVALID_STATE when it was not done in its time; CANCELLED
   */
  finish(): Promise<string>
  /** Kills it, with all that it has started, where it still runs. */
  stop(): Promise<void>
}

/** Of what it prints, the last so many characters are kept: a line of scores for a million samples. */
const keptOutput = 64 * 2 ** 20

/** Of errors, as many as a person reads. */
const keptErrors = 4000

/** What is longer, a timer takes for nothing. */
const longestTimer = 2 ** 31 - 1

/** How long output is awaited that processes left behind may still hold. */
const drainMs = 1000

/** @param env added to this process's own */
export function startScript(
  { command, folder, timeoutMs, signal }: ScriptSettings,
  env: Readonly<Record<string, string>>,
): ScriptProcess {
  const [file = '', ...args] = command
  const isGroup = process.platform !== 'win32'
  const child = spawn(file, args, { cwd: folder, env: { ...process.env, ...env }, detached: isGroup })
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout = keep(output.stdout, text, keptOutput)))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr = keep(output.stderr, text, keptErrors)))
  // One that reads nothing, or has ended, has its reasons; its end tells them.
  child.stdin.on('error', () => {})
  let killedFor: 'time' | 'cancel' | 'stop' | undefined
  let cause: Error | undefined
  const kill = (reason: NonNullable<typeof killedFor>) => {
    killedFor ??= reason
    if (child.pid !== undefined) killGroup(child.pid, isGroup)
  }
  const timer = setTimeout(() => kill('time'), Math.min(timeoutMs, longestTimer))
  const cancel = () => kill('cancel')
  signal.addEventListener('abort', cancel)
  if (signal.aborted) cancel()
  const closed = once(child, 'close').catch(() => {})
  const ended = new Promise<string | number>((resolve) => {
    child.once('error', (error) => {
      if (child.pid !== undefined) return
      cause = error
      resolve('error')
    })
    child.once('exit', (code, by) => resolve(code ?? by ?? 'unknown'))
  }).finally(() => {
    clearTimeout(timer)
    signal.removeEventListener('abort', cancel)
  })
  return {
    async write(line) {
      if (!child.stdin.writable || child.stdin.write(`${line}\n`)) return
      // A script that reads no further would hold all up until its time is over.
      const reading = new AbortController()
      const drained = once(child.stdin, 'drain', { signal: reading.signal }).catch(() => {})
      await Promise.race([drained, ended])
      reading.abort()
    },
    async finish() {
      child.stdin.end()
      const how = await ended
      await Promise.race([closed, wait(drainMs, undefined, { ref: false })])
      if (how === 0) return output.stdout.trimEnd().split('\n').at(-1) ?? ''
      throw explain(command.join(' '), { how, killedFor, cause, timeoutMs, said: output.stderr })
    },
    async stop() {
      kill('stop')
      await ended
    },
  }
}

function keep(before: string, text: string, most: number): string {
  const all = before + text
  return all.length > 2 * most ? all.slice(-most) : all
}

function killGroup(pid: number, isGroup: boolean): void {
  try {
    process.kill(isGroup ? -pid : pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

interface ScriptEnd {
  readonly how: string | number
  readonly killedFor: 'time' | 'cancel' | 'stop' | undefined
  readonly cause: Error | undefined
  readonly timeoutMs: number
  readonly said: string
}

function explain(what: string, { how, killedFor, cause, timeoutMs, said }: ScriptEnd): RunwrightError {
  if (killedFor === 'cancel' || killedFor === 'stop') return new RunwrightError('CANCELLED', 'Cancelled.')
  if (killedFor === 'time') {
    return new RunwrightError(
      'INVALID_STATE',
      `“${what}” was not done within ${timeoutMs / 1000} s, so it was stopped.`,
      {
        hint: 'Give it more time by --script-timeout, or fewer samples.',
      },
    )
  }
  if (cause !== undefined) {
    return new RunwrightError('BAD_REQUEST', `“${what}” could not be started: ${cause.message}`, { cause })
  }
  const last = said.trim().split('\n').slice(-12).join('\n')
  return new RunwrightError('BAD_REQUEST', `“${what}” ended with ${how}.${last === '' ? '' : `\n${last}`}`)
}
