import { toUuid } from '../base/to-uuid.ts'
import type { WebhookEvent, WebhookTest } from '../protocol/webhooks.ts'
import type { Sql } from '../store/database.ts'
import { getNumber } from '../store/row.ts'
import { selectPage } from '../tracking/select-page.ts'
import { createClaims, noClaims } from './claims.ts'
import { composeDelivery } from './compose-delivery.ts'
import { createDeliveries } from './deliveries.ts'
import { exampleData } from './example-data.ts'
import { sealSecret } from './secret.ts'
import { findSecret, getWebhookRow, loadWebhook, loadWebhooks } from './webhook-rows.ts'
import type { WebhooksParts } from './webhooks-parts.ts'
import type { WebhookChange, Webhooks } from './webhooks.ts'

/** Puts the feature together over a database that `webhookMigrations` have been applied to, and begins to deliver. */
export function createWebhooks(parts: WebhooksParts): Webhooks {
  const { database, transport, key, now, randomBytes } = parts
  const claims = database.channel === undefined ? noClaims : createClaims(toUuid(randomBytes(16)), now)
  const deliveries = createDeliveries(parts, claims)
  deliveries.wake()

  /** Null for none. */
  async function seal(secret: string | undefined, webhookId: string): Promise<Uint8Array | null> {
    if (secret === undefined || secret === '') return null
    return sealSecret(secret, webhookId, await key(), randomBytes(12))
  }

  return {
    async create({ name, url, events, description, secret, status = 'ACTIVE' }) {
      await transport.check(url)
      const [webhookId, time] = [toUuid(randomBytes(16)), now()]
      const sealed = await seal(secret, webhookId)
      return database.write(async (sql) => {
        await sql.run(
          `insert into webhooks (webhook_id, name, url, description, secret, status, creation_time, last_update_time)
             values (?, ?, ?, ?, ?, ?, ?, ?)`,
          webhookId,
          name,
          url,
          description ?? null,
          sealed,
          status,
          time,
          time,
        )
        await writeEvents(sql, getNumber(await getWebhookRow(sql, webhookId), 'id'), events)
        return loadWebhook(sql, webhookId)
      })
    },

    get: (webhookId) => database.read((sql) => loadWebhook(sql, webhookId)),

    list: (page) =>
      database.read(async (sql) => {
        const select = { text: 'select * from webhooks order by creation_time desc, id desc', values: [] }
        const { rows, ...rest } = await selectPage(sql, select, page)
        return { items: await loadWebhooks(sql, rows), ...rest }
      }),

    async update(webhookId, change) {
      if (change.url !== undefined) await transport.check(change.url)
      const sealed = await seal(change.secret, webhookId)
      const { id, webhook } = await database.write(async (sql) => {
        const id = getNumber(await getWebhookRow(sql, webhookId), 'id')
        await claims.shorten(sql, id)
        return { id, webhook: await writeChange(sql, webhookId, change, { sealed, time: now() }) }
      })
      deliveries.retry(id)
      return webhook
    },

    delete: (webhookId) =>
      database.write(async (sql) => {
        const id = getNumber(await getWebhookRow(sql, webhookId), 'id')
        await sql.run('delete from webhook_deliveries where webhook = ?', id)
        await sql.run('delete from webhook_events where webhook = ?', id)
        await sql.run('delete from webhooks where id = ?', id)
      }),

    async test(webhookId, event) {
      const { row, webhook } = await database.read(async (sql) => ({
        row: await getWebhookRow(sql, webhookId),
        webhook: await loadWebhook(sql, webhookId),
      }))
      const [first = 'registered_model.created'] = webhook.events
      return tryOut(parts, { webhookId, url: webhook.url, sealed: findSecret(row), event: event ?? first })
    },

    async note(sql, { event, data }) {
      await sql.run(
        `insert into webhook_deliveries (webhook, event, data, event_time)
           select w.id, e.event, ?, ? from webhook_events e join webhooks w on w.id = e.webhook
           where e.event = ? and w.status = 'ACTIVE'`,
        JSON.stringify(data),
        now(),
        event,
      )
    },

    wake: () => deliveries.wake(),
    [Symbol.asyncDispose]: () => deliveries[Symbol.asyncDispose](),
  }
}

async function writeEvents(sql: Sql, webhook: number, events: readonly WebhookEvent[]): Promise<void> {
  await sql.run('delete from webhook_events where webhook = ?', webhook)
  for (const event of events) {
    await sql.run('insert into webhook_events (webhook, event) values (?, ?) on conflict do nothing', webhook, event)
  }
}

async function writeChange(
  sql: Sql,
  webhookId: string,
  { name, url, events, description, secret, status }: WebhookChange,
  { sealed, time }: { sealed: Uint8Array | null; time: number },
) {
  const row = await getWebhookRow(sql, webhookId)
  await sql.run(
    `update webhooks set name = coalesce(?, name), url = coalesce(?, url), status = coalesce(?, status),
       description = ?, secret = ?, last_update_time = ? where webhook_id = ?`,
    name ?? null,
    url ?? null,
    status ?? null,
    description === undefined ? (row['description'] ?? null) : description === '' ? null : description,
    secret === undefined ? (row['secret'] ?? null) : sealed,
    time,
    webhookId,
  )
  if (events !== undefined && events.length > 0) await writeEvents(sql, getNumber(row, 'id'), events)
  return loadWebhook(sql, webhookId)
}

async function tryOut(
  { transport, key, now, randomBytes }: WebhooksParts,
  of: { webhookId: string; url: string; sealed: Uint8Array | undefined; event: WebhookEvent },
): Promise<WebhookTest> {
  try {
    const delivery = {
      deliveryId: toUuid(randomBytes(16)),
      event: of.event,
      data: JSON.stringify(exampleData[of.event]),
      eventTime: now(),
    }
    const { headers, body } = composeDelivery(delivery, { ...of, key: await key(), now: now() })
    const answer = await transport.post(of.url, headers, body, new AbortController().signal)
    return { isTaken: answer.status < 300, status: answer.status, body: answer.body }
  } catch (error) {
    return {
      isTaken: false,
      error: `Failed to test webhook: ${error instanceof Error ? error.message : String(error)}`,
    }
  }
}
