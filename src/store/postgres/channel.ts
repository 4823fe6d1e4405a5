import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client, ClientConfig } from 'pg'
import type { Channel } from '../database.ts'
import { connect } from './connect.ts'

/** Between two tries to reach a server that is gone. */
const pauseMs = 1000

/**
 * Texts from one process that has opened a store to the others, over `notify` and `listen`. Nothing is kept for those who
 * are not there: whoever loses the connection is told so once there is another one.
 *
 * @param lock number that all processes on one store, and no others, have in common
 * @param instance names this process among them
 */
export function createChannel({
  config,
  lock,
  instance,
}: {
  config: ClientConfig
  lock: string
  instance: string
}): Channel & AsyncDisposable {
  const name = `runwright_${createHash('sha256').update(lock).digest('hex').slice(0, 32)}`
  const stopping = new AbortController()
  let client: Client | undefined
  let hasMissed = false
  let listening: Promise<void> | undefined
  let sending: Promise<void> = Promise.resolve()

  async function listen({ onText, onGap }: Parameters<Channel['listen']>[0]): Promise<void> {
    for (let times = 0; !stopping.signal.aborted; times++) {
      try {
        const opened = await connect(config)
        const ended = new Promise<void>((resolve) => {
          for (const event of ['end', 'error'] as const) opened.once(event, () => resolve())
        })
        client = opened
        opened.on('notification', ({ payload = '' }) => {
          const [from = ''] = payload.split(' ', 1)
          if (from === instance) return
          const text = payload.slice(from.length + 1)
          if (text === '') onGap()
          else onText(text)
        })
        await opened.query(`listen ${name}`)
        if (times > 0) onGap()
        if (hasMissed) send([''])
        hasMissed = false
        if (!stopping.signal.aborted) await ended
      } catch {
        // The server is away; what is written says so, and this waits for it to be back.
      }
      await client?.end().catch(() => undefined)
      client = undefined
      await sleep(pauseMs, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined)
    }
  }

  function send(texts: readonly string[]): void {
    sending = sending.then(async () => {
      try {
        if (client === undefined) throw new Error('There is no connection.')
        await client.query('select pg_notify($1, member) from json_array_elements_text($2) as t (member)', [
          name,
          JSON.stringify(texts.map((text) => `${instance} ${text}`)),
        ])
      } catch {
        hasMissed = true
      }
    })
  }

  return {
    listen(listener) {
      listening ??= listen(listener)
    },
    send,
    async [Symbol.asyncDispose]() {
      stopping.abort()
      await sending
      await client?.end().catch(() => undefined)
      await listening
    },
  }
}
