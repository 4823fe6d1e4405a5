import { RunwrightError } from '../protocol/errors.ts'
import { webhookEvents, type Webhook, type WebhookEvent } from '../protocol/webhooks.ts'
import type { Sql, SqlRow } from '../store/database.ts'
import { findText, getNumber, getText } from '../store/row.ts'

/** @throws RESOURCE_DOES_NOT_EXIST */
export async function getWebhookRow(sql: Sql, webhookId: string): Promise<SqlRow> {
  const row = await sql.get('select * from webhooks where webhook_id = ?', webhookId)
  if (row !== undefined) return row
  throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `Webhook with ID ${webhookId} not found.`)
}

/** Gives rows of `webhooks` their events, in one statement. */
export async function loadWebhooks(sql: Sql, rows: readonly SqlRow[]): Promise<Webhook[]> {
  const found = await sql.all(
    'select webhook, event from webhook_events where webhook in (select cast(value as bigint) from json_each(?)) order by event',
    JSON.stringify(rows.map((row) => getNumber(row, 'id'))),
  )
  const events = Map.groupBy(found, (row) => getNumber(row, 'webhook'))
  return rows.map((row) => toWebhook(row, (events.get(getNumber(row, 'id')) ?? []).map(toEvent)))
}

export async function loadWebhook(sql: Sql, webhookId: string): Promise<Webhook> {
  const [webhook] = await loadWebhooks(sql, [await getWebhookRow(sql, webhookId)])
  if (webhook === undefined) throw new TypeError('The webhook is gone within its own transaction.')
  return webhook
}

export function toEvent(row: SqlRow): WebhookEvent {
  const stored = getText(row, 'event')
  const event = webhookEvents.find((known) => known === stored)
  if (event === undefined) throw new TypeError(`${stored} is no event.`)
  return event
}

/** The secret as it is stored, undefined for none. */
export function findSecret(row: SqlRow): Uint8Array | undefined {
  const { secret } = row
  return secret instanceof Uint8Array ? secret : undefined
}

function toWebhook(row: SqlRow, events: readonly WebhookEvent[]): Webhook {
  const description = findText(row, 'description')
  return {
    webhookId: getText(row, 'webhook_id'),
    name: getText(row, 'name'),
    url: getText(row, 'url'),
    events,
    ...(description === undefined ? {} : { description }),
    status: row['status'] === 'ACTIVE' ? 'ACTIVE' : 'DISABLED',
    creationTime: getNumber(row, 'creation_time'),
    lastUpdateTime: getNumber(row, 'last_update_time'),
  }
}
