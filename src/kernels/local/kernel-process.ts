import { type ChildProcess, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'

/** A process in a group of its own. */
export interface KernelProcess {
  readonly pid: number | undefined
  /** Its descriptors 3, which it reads, and 4, which it writes. */
  readonly pipes: { readonly input: Writable; readonly output: Readable } | undefined
  /** Settles once, when it has ended; never rejects. */
  readonly ended: Promise<ProcessEnd>
  signal(signal: NodeJS.Signals): void
  /** Waits for its end so long, then kills it with all of its group. */
  end(patienceMs: number): Promise<void>
}

export interface ProcessEnd {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** The end of what it has written to its standard error, where kernels say why they do not start. */
  readonly said: string
}

const keptCharacters = 4000

export interface ProcessPlace {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** It gets the two pipes. */
  readonly hasPipes?: boolean
  /** What it writes to its own output, and what its children do. */
  onSaid?(name: 'stdout' | 'stderr', text: string): void
}

export function startProcess([program = '', ...args]: readonly string[], place: ProcessPlace): KernelProcess {
  const { cwd, env, hasPipes = false, onSaid } = place
  const stdio: ('ignore' | 'pipe')[] = ['ignore', 'pipe', 'pipe', ...(hasPipes ? (['pipe', 'pipe'] as const) : [])]
  const child = spawn(program, args, { cwd, env, detached: true, windowsHide: true, stdio })
  let said = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-keptCharacters)
    onSaid?.('stderr', text)
  })
  child.stdout?.setEncoding('utf8').on('data', (text: string) => onSaid?.('stdout', text))
  const ended = new Promise<ProcessEnd>((resolve) => {
    child.once('error', (error) => resolve({ code: null, signal: null, said: error.message }))
    child.once('exit', (code, signal) => {
      // Its last words may still be in the pipe; a child of its own that holds the pipe is not waited for.
      const tell = () => resolve({ code, signal, said })
      child.once('close', tell)
      setTimeout(tell, 200)
    })
  })
  const signal = (name: NodeJS.Signals) => signalGroup(child, name)
  return {
    pid: child.pid,
    pipes: readPipes(child),
    ended,
    signal,
    async end(patienceMs) {
      await Promise.race([ended, delay(patienceMs, undefined, { ref: false })])
      // What it has started and left behind goes, too.
      signal('SIGKILL')
      await ended
    },
  }
}

function readPipes({ stdio: [, , , input, output] }: ChildProcess): KernelProcess['pipes'] {
  if (!input || !output || !('write' in input) || !('read' in output)) return undefined
  // One that has ended reads nothing.
  input.on('error', () => input.destroy())
  return { input, output }
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    if (process.platform === 'win32') child.kill(signal)
    else process.kill(-child.pid, signal)
  } catch {
    // All of it has ended.
  }
}
