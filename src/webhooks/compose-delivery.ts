import { RunwrightError } from '../protocol/errors.ts'
import type { WebhookEvent } from '../protocol/webhooks.ts'
import { openSecret, signDelivery } from './secret.ts'

export interface Delivery {
  /** The same each time it is sent. */
  readonly deliveryId: string
  readonly event: WebhookEvent
  /** The member `data`, as JSON. */
  readonly data: string
  /** When it happened, in milliseconds since 1970-01-01 UTC. */
  readonly eventTime: number
}

/**
 * Headers and body of a delivery as MLflow has them. Receivers that refuse old timestamps take a late delivery, too: it
 * is signed anew each time.
 *
 * @param sealed the secret as it is stored, undefined for none
 * @throws INVALID_STATE for a secret that cannot be read any more: what should be signed is not sent unsigned
 */
export function composeDelivery(
  { deliveryId, event, data, eventTime }: Delivery,
  { webhookId, sealed, key, now }: { webhookId: string; sealed: Uint8Array | undefined; key: Uint8Array; now: number },
): { headers: Readonly<Record<string, string>>; body: string } {
  const [entity, action] = event.split('.')
  const timestamp = new Date(eventTime).toISOString().replace('Z', '+00:00')
  const envelope = JSON.stringify({ entity, action, timestamp })
  const body = `${envelope.slice(0, -1)},"data":${data}}`
  const seconds = String(Math.floor(now / 1000))
  const headers = {
    'Content-Type': 'application/json',
    'X-MLflow-Delivery-Id': deliveryId,
    'X-MLflow-Timestamp': seconds,
  }
  if (sealed === undefined) return { headers, body }
  const secret = openSecret(sealed, webhookId, key)
  if (secret === undefined) {
    throw new RunwrightError(
      'INVALID_STATE',
      `The secret of the webhook ${webhookId} was encrypted with another key.`,
      {
        hint: 'Bring back the file webhooks.key of that time, or give the webhook its secret anew.',
      },
    )
  }
  return { headers: { ...headers, 'X-MLflow-Signature': signDelivery(secret, deliveryId, seconds, body) }, body }
}
