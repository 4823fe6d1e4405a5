import { parseErrorBody, RunwrightError } from '../protocol/errors.ts'
import type { ChangeEvent, DeliveredEvent, EventCursor } from '../protocol/events.ts'
import { isRecord } from '../protocol/json.ts'
import { paths } from '../protocol/methods.ts'
import { authorization, type Endpoint } from './endpoint.ts'
import { ConnectionError, cancelled, type HttpConnections, isOk, readJson } from './http-request.ts'
import { reviveEvent } from './revive-numbers.ts'

/** Three heartbeats of the engine. */
const silenceMs = 45_000

export interface ServerSentEvent {
  readonly id: string
  readonly data: string
}

/**
 * Splits `text/event-stream` into events with data.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream, without `event`, `retry`
 *   and the lone carriage return, which our engine never sends
 */
export async function* parseServerSentEvents(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<ServerSentEvent> {
  const decoder = new TextDecoder()
  let rest = ''
  let id = ''
  let data: string[] = []
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split(/\r?\n/)
    rest = lines.pop() ?? ''
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0) yield { id, data: data.join('\n') }
        data = []
      } else if (line.startsWith('id:')) {
        id = fieldValue(line, 'id:')
      } else if (line.startsWith('data:')) {
        data.push(fieldValue(line, 'data:'))
      }
    }
  }
}

function fieldValue(line: string, field: string): string {
  return line.slice(line.startsWith(`${field} `) ? field.length + 1 : field.length)
}

/**
 * One connection's worth of events, after `cursor`.
 *
 * @throws ConnectionError when it ends, as it does with its engine; CANCELLED; what the engine answers instead
 */
export async function* readEvents(
  connections: HttpConnections,
  endpoint: Endpoint,
  cursor: EventCursor | undefined,
  signal: AbortSignal,
): AsyncGenerator<DeliveredEvent, never> {
  const url = new URL(paths.events, endpoint.url)
  const response = await connections.send({
    url,
    method: 'GET',
    headers: { ...authorization(endpoint), ...(cursor === undefined ? {} : { 'last-event-id': cursor }) },
    signal,
    idleMs: silenceMs,
  })
  if (!isOk(response)) throw parseErrorBody(await readJson(response, url, signal), response.statusCode ?? 0)
  try {
    for await (const { id, data } of parseServerSentEvents(response)) {
      const event = parseChangeEvent(data)
      if (event !== undefined) yield { cursor: id, event: reviveEvent(event) }
    }
  } catch (cause) {
    throw signal.aborted
      ? cancelled()
      : new ConnectionError('The event stream broke off.', { mayHaveArrived: true, cause })
  }
  throw signal.aborted ? cancelled() : new ConnectionError('The engine closed the event stream.', ended)
}

const ended = { mayHaveArrived: true, cause: undefined }

const kinds: Readonly<Record<ChangeEvent['kind'], true>> = {
  reset: true,
  experiment: true,
  run: true,
  metrics: true,
  artifacts: true,
  'registered-model': true,
  'job-changed': true,
  'kernel-changed': true,
  'stop-requested': true,
}

/** Undefined for a kind that a newer engine added. @throws INTERNAL_ERROR for what no engine sends */
function parseChangeEvent(data: string): ChangeEvent | undefined {
  const event: unknown = JSON.parse(data)
  if (!isRecord(event)) throw new RunwrightError('INTERNAL_ERROR', 'The engine sent an event that is no object.')
  // SAFETY: the engine's own side is typed, and the protocol version agreed; only unknown kinds can come.
  return typeof event['kind'] === 'string' && Object.hasOwn(kinds, event['kind'])
    ? (event as unknown as ChangeEvent)
    : undefined
}
