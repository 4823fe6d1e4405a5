import { createHmac, timingSafeEqual } from 'node:crypto'
import { RunwrightError } from '../../protocol/errors.ts'
import {
  type JupyterMessage,
  type KernelChannel,
  type MessageTexts,
  parseMessage,
  toMessageTexts,
} from '../../protocol/jupyter-messages.ts'

const delimiter = '<IDS|MSG>'

/**
 * A message as the parts that go over ZeroMQ, signed with HMAC-SHA256 over its four texts.
 *
 * @see https://jupyter-client.readthedocs.io/en/stable/messaging.html#the-wire-protocol
 */
export function encodeMessage(message: JupyterMessage, key: string): (string | Uint8Array)[] {
  const texts = toMessageTexts(message)
  return [delimiter, sign(texts, key), ...texts, ...message.buffers]
}

/** @throws BAD_REQUEST for what is no message, or was not signed with the key */
export function decodeMessage(channel: KernelChannel, parts: readonly Uint8Array[], key: string): JupyterMessage {
  const start = parts.findIndex((part) => Buffer.from(part).toString('latin1') === delimiter) + 1
  const [signature, ...rest] = start === 0 ? [] : parts.slice(start)
  const texts = rest.slice(0, 4).map((part) => Buffer.from(part).toString())
  const [header, parent, metadata, content] = texts
  if (signature === undefined || header === undefined || parent === undefined) throw unsigned(channel)
  if (metadata === undefined || content === undefined) throw unsigned(channel)
  const expected = Buffer.from(sign([header, parent, metadata, content], key))
  const isSigned = signature.length === expected.length && timingSafeEqual(signature, expected)
  if (!isSigned) throw unsigned(channel)
  return parseMessage(channel, texts, rest.slice(4))
}

function sign(texts: MessageTexts, key: string): string {
  const hmac = createHmac('sha256', key)
  for (const text of texts) hmac.update(text)
  return hmac.digest('hex')
}

function unsigned(channel: KernelChannel): RunwrightError {
  return new RunwrightError('BAD_REQUEST', `Something on ${channel} is no message of this kernel: it is not signed.`)
}
