import { setTimeout as sleep } from 'node:timers/promises'
import { Client, Pool } from 'pg'
import type { ClientBase, ClientConfig, PoolConfig } from 'pg'
import { RunwrightError } from '../../protocol/errors.ts'
import { findCode, isUnencrypted, isUnreachable, type Place } from './storage-error.ts'
import { takeTls } from './tls.ts'

const connectTimeoutMs = 10_000

/** How a database is reached, in the ways that are tried, and what errors call it. */
export interface Address {
  readonly configs: readonly ClientConfig[]
  readonly place: Place
}

/**
 * The parts that the address leaves out come from libpq's variables and files, as everywhere.
 *
 * @throws INVALID_PARAMETER_VALUE for what is no address of a PostgreSQL database; it is not named, as it may hold a
 *   password
 */
export function parseAddress(text: string): Address {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^postgres(?:ql)?:$/.test(url.protocol) || /^\w+:[^/]/.test(text))
    throw createAddressError()
  const choices = takeTls(url, process.env)
  const configs = choices.map((ssl): ClientConfig => ({
    connectionString: url.href,
    ssl,
    application_name: 'runwright',
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
  }))
  try {
    const { host, port, user = '', database = user } = new Client(configs[0])
    return { configs, place: { server: host.startsWith('/') ? host : `${host}:${port}`, database, user } }
  } catch {
    throw createAddressError()
  }
}

/** An address without the password and what else is only for connecting. */
export function nameOf({ user, server, database }: Place): string {
  return `postgres://${encodeURIComponent(user)}@${server}/${encodeURIComponent(database)}`
}

function createAddressError(): RunwrightError {
  return new RunwrightError('INVALID_PARAMETER_VALUE', 'That is no address of a PostgreSQL database.', {
    hint: 'Write it as postgres://USER@HOST:5432/DATABASE.',
  })
}

/** Connects in the first way that the server takes. @throws whatever the server or the system says */
export async function connectFirst(configs: Address['configs']): Promise<{ client: Client; config: ClientConfig }> {
  const [config, ...others] = configs
  if (config === undefined) throw new TypeError('There is no way to connect.')
  try {
    return { client: await connect(config), config }
  } catch (error) {
    if (others.length > 0 && wantsOther(error)) return connectFirst(others)
    throw error
  }
}

/** It has no TLS, or pg_hba.conf lets nobody in without it. */
function wantsOther(error: unknown): boolean {
  return isUnencrypted(error) || findCode(error) === '28000'
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

/** Connections for reading, made as they are wanted. One that is lost leaves the pool by itself, idle or in use. */
export function openPool(config: PoolConfig): Pool {
  const pool = new Pool(config)
  pool.on('error', () => undefined)
  pool.on('connect', (client) => {
    const lose = () => void lost.add(client)
    // Of one in use the pool itself hears nothing.
    client.on('error', lose)
    client.once('end', lose)
  })
  return pool
}

const lost = new WeakSet<ClientBase>()

/** Whether a connection of a pool is gone; each query says something else of it then. */
export function isLost(client: ClientBase): boolean {
  return lost.has(client)
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
