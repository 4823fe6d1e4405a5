import { RunwrightError } from '../../protocol/errors.ts'
import type { JupyterMessage } from '../../protocol/jupyter-messages.ts'

/** Questions on the shell, beside executions, that wait for their answers. */
export interface Replies {
  /** Calls `send` and resolves to the content of the reply. @throws TEMPORARILY_UNAVAILABLE when none comes in time */
  ask(id: string, send: () => void): Promise<JupyterMessage['content']>
  /** Resolves when the kernel has published that it is done with a request; never, where that is thrown away. */
  waitForIdle(id: string): Promise<void>
  /** Whether it was about one of these: nobody else needs it. */
  take(message: JupyterMessage): boolean
  rejectAll(error: Error): void
}

/** A kernel answers one question of its shell after the other: one in the midst of a cell answers none. */
const patienceMs = 10_000

export function createReplies(): Replies {
  const waiting = new Map<string, PromiseWithResolvers<JupyterMessage['content']>>()
  const idle = new Map<string, () => void>()
  return {
    waitForIdle: (id) => new Promise((resolve) => idle.set(id, resolve)),
    async ask(id, send) {
      const answer = Promise.withResolvers<JupyterMessage['content']>()
      waiting.set(id, answer)
      const timer = setTimeout(() => answer.reject(busy()), patienceMs)
      try {
        send()
        return await answer.promise
      } finally {
        clearTimeout(timer)
        waiting.delete(id)
      }
    },
    take({ channel, parent_header: { msg_id: id = '' }, content }) {
      if (!id.startsWith('request-')) return false
      if (channel === 'iopub' && content['execution_state'] === 'idle') {
        idle.get(id)?.()
        idle.delete(id)
      }
      if (channel === 'shell') waiting.get(id)?.resolve(content)
      return channel === 'shell' || channel === 'control'
    },
    rejectAll(error) {
      idle.clear()
      for (const { reject } of waiting.values()) reject(error)
    },
  }
}

function busy(): RunwrightError {
  return new RunwrightError('TEMPORARILY_UNAVAILABLE', 'The kernel is busy, so that it did not answer.', {
    hint: 'Ask again when the cell that runs has ended.',
  })
}
