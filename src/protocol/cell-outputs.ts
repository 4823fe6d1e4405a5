import { isRecord } from './json.ts'

/** By MIME type; JSON types as values, all others as text, bytes in base64. */
export type MimeBundle = Readonly<Record<string, unknown>>

/** What a cell shows, or asks, in the order it does. @see https://jupyter-client.readthedocs.io/en/stable/messaging.html */
export type CellOutput =
  | { readonly kind: 'stream'; readonly name: 'stdout' | 'stderr'; readonly text: string }
  | { readonly kind: 'display'; readonly data: MimeBundle; readonly metadata: MimeBundle; readonly displayId?: string }
  | {
      readonly kind: 'result'
      readonly data: MimeBundle
      readonly metadata: MimeBundle
      readonly executionCount: number
      readonly displayId?: string
    }
  /** Replaces what every display of this id shows, in whichever cell. */
  | { readonly kind: 'update'; readonly data: MimeBundle; readonly metadata: MimeBundle; readonly displayId: string }
  | {
      readonly kind: 'error'
      readonly name: string
      readonly message: string
      /** With the colours of a terminal. */
      readonly traceback: readonly string[]
    }
  /** Takes away what there is; `waits`: only when the next output comes. */
  | { readonly kind: 'clear'; readonly waits: boolean }
  | { readonly kind: 'input'; readonly prompt: string; readonly isPassword: boolean }
  /** Anything else that the kernel published, comms for example. Buffers in base64. */
  | {
      readonly kind: 'other'
      readonly type: string
      readonly content: Readonly<Record<string, unknown>>
      readonly metadata: Readonly<Record<string, unknown>>
      readonly buffers: readonly string[]
    }

/** A message of Jupyter's, as far as what it shows goes. */
export interface PublishedMessage {
  readonly type: string
  readonly content: Readonly<Record<string, unknown>>
  readonly metadata: Readonly<Record<string, unknown>>
  readonly buffers: readonly Uint8Array[]
}

/** A message that a kernel published as an output. What is malformed is kept as `other` and never thrown away. */
export function toCellOutput(message: PublishedMessage): CellOutput {
  return readKnown(message.type, message.content) ?? toOther(message)
}

function toOther({ type, content, metadata, buffers }: PublishedMessage): CellOutput {
  return { kind: 'other', type, content, metadata, buffers: buffers.map(toBase64) }
}

function readKnown(type: string, content: Readonly<Record<string, unknown>>): CellOutput | undefined {
  switch (type) {
    case 'stream':
      return readStream(content)
    case 'display_data':
    case 'execute_result':
    case 'update_display_data':
      return readDisplay(type, content)
    case 'error':
      return {
        kind: 'error',
        name: textOf(content['ename']),
        message: textOf(content['evalue']),
        traceback: Array.isArray(content['traceback']) ? content['traceback'].map(textOf) : [],
      }
    case 'clear_output':
      return { kind: 'clear', waits: content['wait'] === true }
    case 'input_request':
      return { kind: 'input', prompt: textOf(content['prompt']), isPassword: content['password'] === true }
    default:
      return undefined
  }
}

function readStream({ name, text }: Readonly<Record<string, unknown>>): CellOutput | undefined {
  if ((name !== 'stdout' && name !== 'stderr') || typeof text !== 'string') return undefined
  return { kind: 'stream', name, text }
}

function readDisplay(type: string, content: Readonly<Record<string, unknown>>): CellOutput | undefined {
  const { data, metadata: given, transient, execution_count: executionCount } = content
  if (!isRecord(data)) return undefined
  const metadata = isRecord(given) ? given : {}
  const displayId = isRecord(transient) && typeof transient['display_id'] === 'string' ? transient['display_id'] : null
  const named = displayId === null ? {} : { displayId }
  if (type === 'display_data') return { kind: 'display', data, metadata, ...named }
  if (type === 'execute_result') {
    return { kind: 'result', data, metadata, executionCount: Number(executionCount) || 0, ...named }
  }
  return displayId === null ? undefined : { kind: 'update', data, metadata, displayId }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value)
}

function toBase64(bytes: Uint8Array): string {
  let text = ''
  // An argument each: only so many are taken at once.
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192))
  return btoa(text)
}

/**
 * One output in place of two where that shows the same: the texts of one stream, one after the other. A program that
 * prints and flushes a line at a time is a record for each few milliseconds of it, not for each line.
 */
export function joinOutputs(first: CellOutput, second: CellOutput): CellOutput | undefined {
  if (first.kind !== 'stream' || second.kind !== 'stream' || first.name !== second.name) return undefined
  return { ...first, text: first.text + second.text }
}
