import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { End } from './explain-end.ts'

/** How long a question may take, and who may end it. */
export interface Patience {
  readonly signal?: AbortSignal | undefined
  /** Milliseconds from when it is its turn. */
  readonly deadlineMs?: number | undefined
}

/** A process, until its end. */
export interface WatchedChild {
  /** Never rejects. */
  readonly ended: Promise<End>
  /** Resolves when the process is gone. */
  kill(why: 'cancel' | 'dispose'): Promise<void>
  /** Kills the process when patience is lost, until disposed. */
  attend(patience: Patience, cancelGently: () => void): Disposable
}

/** What is cancelled has this long to stop by itself; a run that cannot is ended with its process. */
const graceMs = 1000

export function watchChild(child: ChildProcess): WatchedChild {
  let killedFor: End['killedFor']
  const kill = (why: NonNullable<End['killedFor']>) => {
    killedFor ??= why
    child.kill('SIGKILL')
  }
  const said = keepTail(child)
  const ended = once(child, 'close').then(
    ([code = null, signal = null]: (number | string | null)[]): End => ({
      killedFor,
      how: signal ?? code ?? 'without a word',
      said: said(),
    }),
    // A program that cannot be started has no end.
    (cause: Error): End => ({ killedFor, how: undefined, said: said(), cause }),
  )
  return {
    ended,
    async kill(why) {
      kill(why)
      await ended
    },
    attend({ signal, deadlineMs }, cancelGently) {
      const timers: NodeJS.Timeout[] = []
      const after = (ms: number, why: 'cancel' | 'deadline') => timers.push(setTimeout(() => kill(why), ms))
      const onAbort = () => {
        cancelGently()
        after(graceMs, 'cancel')
      }
      signal?.addEventListener('abort', onAbort, { once: true })
      if (deadlineMs !== undefined) after(deadlineMs, 'deadline')
      return {
        [Symbol.dispose]() {
          signal?.removeEventListener('abort', onAbort)
          for (const timer of timers) clearTimeout(timer)
        },
      }
    },
  }
}

/** The last of what the process printed, for an error. */
function keepTail({ stderr }: ChildProcess): () => string {
  let tail = ''
  stderr?.setEncoding('utf8').on('data', (text: string) => (tail = (tail + text).slice(-2000)))
  return () => tail.trim()
}
