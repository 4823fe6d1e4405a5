import {
  type JupyterMessage,
  type KernelChannel,
  parseMessage,
  readMessage,
  toMessageTexts,
} from '../protocol/jupyter-messages.ts'
import { isRecord, parseForeignJson } from '../protocol/json.ts'

/** What a kernel's WebSocket is asked to speak; a server that does not know it speaks the older form. */
export const framesOfParts = 'v1.kernel.websocket.jupyter.org'

const channels: readonly KernelChannel[] = ['shell', 'control', 'stdin', 'iopub']

/**
 * A message as one frame.
 *
 * @param protocol that the server has chosen: `framesOfParts`, or nothing for the older one
 * @see https://jupyter-server.readthedocs.io/en/latest/developers/websocket-protocols.html
 */
export function encodeFrame(message: JupyterMessage, protocol: string): string | Uint8Array<ArrayBuffer> {
  if (protocol === framesOfParts) {
    const texts = [message.channel, ...toMessageTexts(message)].map((text) => Buffer.from(text))
    return joinParts([...texts, ...message.buffers])
  }
  // Nothing of ours has buffers.
  return JSON.stringify({ ...message, buffers: [] })
}

/** @throws BAD_REQUEST or RangeError for what is no message */
export function decodeFrame(data: string | ArrayBuffer, protocol: string): JupyterMessage {
  if (typeof data === 'string') return readJson(data, [])
  const parts = protocol === framesOfParts ? splitParts(data) : splitBuffers(data)
  if (protocol !== framesOfParts) return readJson(toText(parts[0]), parts.slice(1))
  return parseMessage(toChannel(toText(parts[0])), parts.slice(1, 5).map(toText), parts.slice(5))
}

/** The number of offsets and the offsets themselves, eight bytes each with the lowest first, then what they tell apart. */
function joinParts(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const head = 8 * (parts.length + 2)
  const size = parts.reduce((sum, part) => sum + part.length, head)
  const frame = new Uint8Array(size)
  const view = new DataView(frame.buffer)
  view.setBigUint64(0, BigInt(parts.length + 1), true)
  view.setBigUint64(8, BigInt(head), true)
  let at = head
  for (const [index, part] of parts.entries()) {
    frame.set(part, at)
    at += part.length
    view.setBigUint64(8 * (index + 2), BigInt(at), true)
  }
  return frame
}

function splitParts(data: ArrayBuffer): Uint8Array[] {
  const view = new DataView(data)
  const count = Number(view.getBigUint64(0, true))
  return split(data, count - 1, (index) => Number(view.getBigUint64(8 * (index + 1), true)))
}

/** The older form: four bytes each with the highest first, and no offset of the end. */
function splitBuffers(data: ArrayBuffer): Uint8Array[] {
  const view = new DataView(data)
  const count = view.getUint32(0)
  return split(data, count, (index) => (index === count ? data.byteLength : view.getUint32(4 * (index + 1))))
}

function split(data: ArrayBuffer, count: number, offsetOf: (index: number) => number): Uint8Array[] {
  return Array.from({ length: count }, (_, index) => {
    const start = offsetOf(index)
    return new Uint8Array(data, start, offsetOf(index + 1) - start)
  })
}

function toText(part: Uint8Array | undefined): string {
  return Buffer.from(part ?? []).toString()
}

function toChannel(text: string): KernelChannel {
  return channels.find((channel) => channel === text) ?? 'iopub'
}

function readJson(text: string, buffers: readonly Uint8Array[]): JupyterMessage {
  const value = parseForeignJson(text)
  const { channel, header, parent_header: parent, metadata, content } = isRecord(value) ? value : {}
  return readMessage(toChannel(String(channel)), [header, parent, metadata, content], buffers)
}
