import { createExchange } from './exchange.ts'
import { type Answers, exchangeFd, type FromRuntime, type RuntimeSettings, type ToRuntime } from './messages.ts'
import { createSessions } from './sessions.ts'
import { measureMemory } from './watch-process.ts'

/** Answers the questions of the parent. */
export function serve({ hasExchange }: RuntimeSettings): void {
  // An exit would wait for the run that is going on.
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
  const sessions = createSessions(createExchange(hasExchange ? exchangeFd : undefined))
  let cancel = new AbortController()
  const answer = (message: Exclude<ToRuntime, { kind: 'cancel' }>): Promise<Answers[keyof Answers]> => {
    cancel = new AbortController()
    if (message.kind === 'open') return sessions.open(message)
    if (message.kind === 'run') return sessions.run(message)
    if (message.kind === 'repeat') return sessions.repeat(message, cancel.signal)
    return message.kind === 'close' ? sessions.close(message) : Promise.resolve(measureMemory())
  }
  process.on('message', (message: ToRuntime) => {
    if (message.kind === 'cancel') return cancel.abort()
    const { id } = message
    void answer(message).then(
      (done) => send({ kind: 'done', id, answer: done }),
      (error: unknown) => send({ kind: 'failed', id, message: error instanceof Error ? error.message : String(error) }),
    )
  })
  send({ kind: 'ready' })
}

function send(message: FromRuntime): void {
  process.send?.(message)
}
