import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto'
import { toUuid } from '../base/to-uuid.ts'

const nonceBytes = 12
const tagBytes = 16

/**
 * Encrypts a secret with AES-256-GCM, tied to the webhook that it is of: moved to another one it is worth nothing.
 *
 * @param key 32 bytes
 * @param nonce 12 random bytes
 * @returns nonce, tag and ciphertext, one after the other
 */
export function sealSecret(secret: string, webhookId: string, key: Uint8Array, nonce: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(webhookId))
  const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), text])
}

/** @returns undefined when it was encrypted with another key, for another webhook, or is damaged */
export function openSecret(sealed: Uint8Array, webhookId: string, key: Uint8Array): string | undefined {
  try {
    const [nonce, tag] = [sealed.subarray(0, nonceBytes), sealed.subarray(nonceBytes, nonceBytes + tagBytes)]
    const cipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
    cipher.setAAD(Buffer.from(webhookId)).setAuthTag(tag)
    return cipher.update(sealed.subarray(nonceBytes + tagBytes), undefined, 'utf8') + cipher.final('utf8')
  } catch {
    return undefined
  }
}

/**
 * The header `X-MLflow-Signature`: HMAC-SHA256 over `ID.TIMESTAMP.BODY`, in base64 after the version (mlflow/webhooks/delivery.py).
 *
 * @param timestamp seconds since 1970-01-01 UTC, in digits
 */
export function signDelivery(secret: string, deliveryId: string, timestamp: string, body: string): string {
  return `v1,${createHmac('sha256', secret).update(`${deliveryId}.${timestamp}.${body}`).digest('base64')}`
}

/**
 * A UUID that is the same for each repetition of a delivery, and another one in every store.
 *
 * @param delivery its number, which a store that was restored gives again
 * @param eventTime so that it is another one then, in milliseconds
 */
export function makeDeliveryId(key: Uint8Array, delivery: number, eventTime: number): string {
  return toUuid(createHmac('sha256', key).update(`delivery ${delivery} ${eventTime}`).digest())
}
