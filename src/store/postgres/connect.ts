import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import type { ClientConfig } from 'pg'
import { isUnreachable } from './storage-error.ts'

const connectTimeoutMs = 10_000

/** How a database is reached; the parts that `url` leaves out come from libpq's variables and files, as everywhere. */
export function toClientConfig(url: string): ClientConfig {
  return {
    connectionString: url,
    application_name: 'runwright',
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
  }
}

/** @throws whatever the server or the system says */
export async function connect(config: ClientConfig): Promise<Client> {
  const client = new Client(config)
  // Whoever uses the connection hears of its end by its own query; an event that nobody hears would end the process.
  client.on('error', () => undefined)
  try {
    await client.connect()
    return client
  } catch (error) {
    await client.end().catch(() => undefined)
    throw error
  }
}

/** As `connect`, but waits for a server that is not up again yet. */
export async function connectAgain(config: ClientConfig, patienceMs: number): Promise<Client> {
  const end = performance.now() + patienceMs
  for (let pauseMs = 50; ; pauseMs *= 2) {
    try {
      return await connect(config)
    } catch (error) {
      if (!isUnreachable(error) || performance.now() + pauseMs > end) throw error
      await sleep(pauseMs)
    }
  }
}
