import type { WebhookEvent } from '../protocol/webhooks.ts'
import type { Database } from '../store/database.ts'
import { openScratchStore } from '../store/scratch-store.ts'
import { createWebhooks } from './create-webhooks.ts'
import { webhookMigrations } from './migrations.ts'
import type { Answer } from './webhooks-parts.ts'
import type { NewWebhook, Webhooks } from './webhooks.ts'

/** Something that was sent. */
export interface Sent {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/**
 * For tests: the feature over a real database in a folder of its own, with a receiver that the test plays. Time is the
 * test's: it stands until it is moved.
 */
export interface ScratchWebhooks extends Webhooks {
  readonly clock: { now: number }
  readonly told: string[]
  /** What secrets are encrypted with, over and over. */
  readonly key: { byte: number }
  /** Looks at the tables themselves. */
  read: Database['read']
  write: Database['write']
  /** Writes an event down as a change does, and wakes the deliveries. */
  tell(name: string, event?: WebhookEvent): Promise<void>
  add(change?: Partial<NewWebhook>): Promise<string>
  /** Ends the deliveries, as a process that is killed does, and begins them anew over the same database. */
  restart(): Promise<void>
}

export async function openScratchWebhooks(answer: (sent: Sent) => Promise<Answer>): Promise<ScratchWebhooks> {
  const store = await openScratchStore(webhookMigrations)
  const { database } = store
  const clock = { now: 1_700_000_000_000 }
  const told: string[] = []
  const key = { byte: 7 }
  let count = 0
  const open = () =>
    createWebhooks({
      database,
      transport: {
        check: async () => undefined,
        post: (url, headers, body, signal) => Promise.race([answer({ url, headers, body }), cut(signal)]),
      },
      key: async () => new Uint8Array(32).fill(key.byte),
      now: () => clock.now,
      randomBytes: (size) => new Uint8Array(size).fill((count += 1)),
      log: (level, message) => told.push(`${level}: ${message}`),
    })
  let webhooks = open()
  const usual = 'registered_model.created'
  return {
    create: (webhook) => webhooks.create(webhook),
    get: (id) => webhooks.get(id),
    list: (page) => webhooks.list(page),
    update: (id, change) => webhooks.update(id, change),
    delete: (id) => webhooks.delete(id),
    test: (id, tested) => webhooks.test(id, tested),
    note: (sql, noted) => webhooks.note(sql, noted),
    wake: () => webhooks.wake(),
    clock,
    told,
    key,
    read: (work) => database.read(work),
    write: (work) => database.write(work),
    async tell(name, event = usual) {
      await database.write((sql) => webhooks.note(sql, { event, data: { name } }))
      webhooks.wake()
    },
    async add(change = {}) {
      const webhook = { name: 'hook', url: 'https://example.org/', events: [usual] as const, ...change }
      return (await webhooks.create(webhook)).webhookId
    },
    async restart() {
      await webhooks[Symbol.asyncDispose]()
      webhooks = open()
    },
    async [Symbol.asyncDispose]() {
      await webhooks[Symbol.asyncDispose]()
      await store[Symbol.asyncDispose]()
    },
  }
}

function cut(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('cut'))))
}
