import type { Sql, SqlRow } from '../store/database.ts'
import { getNumber, getText } from '../store/row.ts'
import { type Claims, noClaims } from './claims.ts'
import { composeDelivery } from './compose-delivery.ts'
import { makeDeliveryId } from './secret.ts'
import { findSecret, toEvent } from './webhook-rows.ts'
import type { Answer, WebhooksParts } from './webhooks-parts.ts'

/** Sends what is written down to be sent. Disposing it cuts what is on its way, which is sent again another time. */
export interface Deliveries extends AsyncDisposable {
  /** Looks at once whether there is something to send. */
  wake(): void
  /** Leaves a receiver alone no longer: it may be another one now. */
  retry(webhook: number): void
}

/** Who has taken nothing for so long is given up with what is older. */
const patienceMs = 24 * 60 * 60 * 1000
/** And never is more kept for one receiver. */
const maxBacklog = 10_000
const maxInFlight = 8
const firstPauseMs = 1000
const longestPauseMs = 60 * 60 * 1000
/** So often a database that others write to as well is looked at for what a server has left that is gone. */
const lookMs = 30_000

/** How it stands with a receiver that did not take what it was sent. */
interface Pause {
  readonly failures: number
  readonly until: number
}

/**
 * One delivery after the other to each receiver, and to several receivers at once. After a failure that may pass, the
 * receiver is left alone for a second, then for two, and so on up to an hour; what has failed least is tried first, so
 * that one delivery which a receiver cannot take holds up no other. A delivery is forgotten once it was taken: an
 * engine that is killed in between sends it again under the same id. Of several servers on one database, the one that has
 * claimed a receiver sends to it.
 */
export function createDeliveries(parts: WebhooksParts, claims: Claims): Deliveries {
  const { database, now, log } = parts
  const isShared = claims !== noClaims
  const stopping = new AbortController()
  const inFlight = new Map<number, Promise<void>>()
  const pauses = new Map<number, Pause>()
  let timer: NodeJS.Timeout | undefined
  let looking: Promise<void> | undefined
  let isAskedAgain = false

  function wake(): void {
    if (stopping.signal.aborted) return
    if (looking !== undefined) {
      isAskedAgain = true
      return
    }
    clearTimeout(timer)
    looking = look()
      .catch((error: unknown) => {
        log('error', 'deliveries to webhooks could not be read', error)
        timer = setTimeout(wake, longestPauseMs / 60)
      })
      .finally(() => {
        looking = undefined
        if (isAskedAgain) wake()
      })
  }

  async function look(): Promise<void> {
    isAskedAgain = false
    const time = now()
    const resting = [...pauses].filter(([, { until }]) => until > time)
    const busy = [...inFlight.keys(), ...resting.map(([webhook]) => webhook)]
    const rows = await findNext(busy, maxInFlight - inFlight.size)
    for (const row of rows) send(row)
    const next = Math.min(...resting.map(([, { until }]) => until), isShared ? time + lookMs : Infinity)
    if (Number.isFinite(next)) timer = setTimeout(wake, Math.max(next - now(), 10))
  }

  async function findNext(busy: readonly number[], limit: number): Promise<readonly SqlRow[]> {
    const rows = await database.read((sql) => selectNext(sql, claims, busy, limit))
    if (!isShared || rows.length === 0) return rows
    return database.write(async (sql) => {
      const free = await selectNext(sql, claims, busy, limit)
      await claims.claim(sql, free)
      return free
    })
  }

  function send(row: SqlRow): void {
    const webhook = getNumber(row, 'webhook')
    const sending = deliver(row, webhook)
      .catch((error: unknown) => {
        pauses.set(webhook, { failures: 1, until: now() + longestPauseMs / 60 })
        log('error', 'a delivery to a webhook could not be written down', error)
      })
      .finally(() => {
        inFlight.delete(webhook)
        wake()
      })
    inFlight.set(webhook, sending)
  }

  async function deliver(row: SqlRow, webhook: number): Promise<void> {
    const outcome = await attempt(parts, row, stopping.signal)
    if (stopping.signal.aborted) return
    const id = getNumber(row, 'id')
    const name = `webhook ${getText(row, 'webhook_id')}`
    if (outcome.kind !== 'again') {
      if (outcome.kind === 'refused') log('error', `${name} refuses a delivery, which is given up: ${outcome.reason}`)
      pauses.delete(webhook)
      await database.write(async (sql) => {
        await sql.run('delete from webhook_deliveries where id = ?', id)
        await claims.release(sql, webhook)
      })
      return
    }
    const failures = (pauses.get(webhook)?.failures ?? 0) + 1
    const until = now() + toPause(failures, outcome.waitMs, parts.randomBytes(1))
    pauses.set(webhook, { failures, until })
    if (failures === 1) log('info', `${name} takes nothing now: ${outcome.reason}`)
    const forgotten = await database.write(async (sql) => {
      await claims.rest(sql, webhook, until)
      return noteFailure(sql, { id, webhook, before: now() - patienceMs })
    })
    if (forgotten > 0) log('error', `${name} has taken nothing for too long; ${forgotten} deliveries are given up`)
  }

  return {
    wake,
    retry(webhook) {
      pauses.delete(webhook)
      wake()
    },
    async [Symbol.asyncDispose]() {
      stopping.abort()
      clearTimeout(timer)
      await Promise.all([looking, ...inFlight.values()])
      if (isShared) await database.write((sql) => claims.releaseAll(sql)).catch(() => undefined)
    },
  }
}

/** The first delivery of each active webhook that is not busy. */
function selectNext(sql: Sql, { free }: Claims, busy: readonly number[], limit: number): Promise<SqlRow[]> {
  return sql.all(
    `select d.*, w.webhook_id, w.url, w.secret from webhooks w
       join webhook_deliveries d on d.id = (
         select o.id from webhook_deliveries o where o.webhook = w.id order by o.failures, o.id limit 1)
       where w.status = 'ACTIVE' and w.id not in (select cast(value as bigint) from json_each(?)) and ${free.text}
       order by d.id limit ?`,
    JSON.stringify(busy),
    ...free.values(),
    limit,
  )
}

type Outcome =
  | { readonly kind: 'taken' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'again'; readonly reason: string; readonly waitMs: number }

async function attempt(
  { transport, key, now }: Pick<WebhooksParts, 'transport' | 'now' | 'key'>,
  row: SqlRow,
  signal: AbortSignal,
): Promise<Outcome> {
  try {
    const secretKey = await key()
    const eventTime = getNumber(row, 'event_time')
    const { headers, body } = composeDelivery(
      {
        deliveryId: makeDeliveryId(secretKey, getNumber(row, 'id'), eventTime),
        event: toEvent(row),
        data: getText(row, 'data'),
        eventTime,
      },
      { webhookId: getText(row, 'webhook_id'), sealed: findSecret(row), key: secretKey, now: now() },
    )
    return judge(await transport.post(getText(row, 'url'), headers, body, signal))
  } catch (error) {
    return { kind: 'again', reason: error instanceof Error ? error.message : String(error), waitMs: 0 }
  }
}

/** Taken, or worth another try, or neither: a redirect is followed nowhere. */
function judge({ status, waitMs }: Answer): Outcome {
  if (status >= 200 && status < 300) return { kind: 'taken' }
  const reason = `it answered ${status}`
  return status === 408 || status === 429 || status >= 500
    ? { kind: 'again', reason, waitMs }
    : { kind: 'refused', reason }
}

/** Half of it by chance, so that not all receivers are asked at once again. */
function toPause(failures: number, askedMs: number, [chance = 0]: Uint8Array): number {
  const pauseMs = Math.min(firstPauseMs * 2 ** (failures - 1), longestPauseMs)
  return Math.min(Math.max(askedMs, pauseMs / 2 + (pauseMs / 2) * (chance / 255)), longestPauseMs)
}

/** Resolves to how many deliveries are forgotten, as too old or too many. */
async function noteFailure(
  sql: Sql,
  { id, webhook, before }: { id: number; webhook: number; before: number },
): Promise<number> {
  await sql.run('update webhook_deliveries set failures = failures + 1 where id = ?', id)
  return sql.run(
    `delete from webhook_deliveries where webhook = ? and (event_time < ?
       or id <= (select id from webhook_deliveries where webhook = ? order by id desc limit 1 offset ?))`,
    webhook,
    before,
    webhook,
    maxBacklog,
  )
}
