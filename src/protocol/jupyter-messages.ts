import { RunwrightError } from './errors.ts'
import { isRecord, parseForeignJson } from './json.ts'

/** @see https://jupyter-client.readthedocs.io/en/stable/messaging.html */
export type KernelChannel = 'shell' | 'control' | 'stdin' | 'iopub'

export interface JupyterHeader {
  readonly msg_id: string
  readonly session: string
  readonly username: string
  /** ISO 8601. */
  readonly date: string
  readonly msg_type: string
  readonly version: string
}

/** A message as every transport has it: four JSON objects, and bytes. */
export interface JupyterMessage {
  readonly channel: KernelChannel
  readonly header: JupyterHeader
  /** Of the request that it answers or came of; empty for none. */
  readonly parent_header: Partial<JupyterHeader>
  readonly metadata: Readonly<Record<string, unknown>>
  readonly content: Readonly<Record<string, unknown>>
  readonly buffers: readonly Uint8Array[]
}

/** Its four objects as text, in the order they are signed and sent. */
export type MessageTexts = readonly [header: string, parentHeader: string, metadata: string, content: string]

export function toMessageTexts({ header, parent_header, metadata, content }: JupyterMessage): MessageTexts {
  return [JSON.stringify(header), JSON.stringify(parent_header), JSON.stringify(metadata), JSON.stringify(content)]
}

const unreadable = 'An output was left out: it is no JSON, or lies more than 100 levels deep.\n'

/** @throws BAD_REQUEST for what is no message */
export function parseMessage(
  channel: KernelChannel,
  texts: readonly string[],
  buffers: readonly Uint8Array[],
): JupyterMessage {
  return readMessage(channel, texts.map(parseForeignJson), buffers)
}

/** @param parts its four objects, undefined for what is no JSON. @throws BAD_REQUEST for what is no message */
export function readMessage(
  channel: KernelChannel,
  parts: readonly unknown[],
  buffers: readonly Uint8Array[],
): JupyterMessage {
  const [header, parent, metadata, given] = parts
  // What is shown must not be missing without a word.
  const isUnreadable = channel === 'iopub' && parts.length === 4 && given === undefined
  const content = isUnreadable ? { name: 'stderr', text: unreadable } : given
  if (!isHeader(header) || !isRecord(content)) {
    throw new RunwrightError('BAD_REQUEST', `The kernel sent something on ${channel} that is no Jupyter message.`)
  }
  return {
    channel,
    header: isUnreadable ? { ...header, msg_type: 'stream' } : header,
    parent_header: isHeader(parent) ? parent : {},
    metadata: isRecord(metadata) ? metadata : {},
    content,
    buffers,
  }
}

function isHeader(value: unknown): value is JupyterHeader {
  return isRecord(value) && typeof value['msg_id'] === 'string' && typeof value['msg_type'] === 'string'
}

/** Kernels count positions in code points, editors in UTF-16 units. */
export function toCodePoints(text: string, units: number): number {
  return Array.from(text.slice(0, units)).length
}

/** The other way; a position behind the end is the end. */
export function toUtf16Units(text: string, codePoints: number): number {
  let units = 0
  let left = codePoints
  for (const char of text) {
    if (left-- <= 0) break
    units += char.length
  }
  return units
}
