import type { IncomingMessage, ServerResponse } from 'node:http'
import type { DeliveredEvent } from '../protocol/events.ts'
import { stringifyJson } from '../protocol/json.ts'
import type { EventHub } from './events.ts'

/** So often something is sent, that either side may take a longer silence for a dead connection. */
const heartbeatMs = 15_000

/** Sends events to one subscriber for as long as it stays, no faster than it reads. Resolves when it is gone. */
export async function sendEvents(
  hub: EventHub,
  request: IncomingMessage,
  response: ServerResponse,
  query: URLSearchParams,
): Promise<void> {
  const resumeAfter = request.headers['last-event-id'] ?? query.get('cursor') ?? undefined
  const { promise: gone, resolve: leave } = Promise.withResolvers<void>()
  let isBlocked = false
  using reader = hub.open(Array.isArray(resumeAfter) ? undefined : resumeAfter, send)

  function send(): void {
    while (!isBlocked && !response.destroyed) {
      const next = reader.next()
      if (next === undefined) return
      isBlocked = !response.write(formatEvent(next))
    }
  }

  response.on('drain', () => {
    isBlocked = false
    send()
  })
  response.once('close', leave)
  const end = () => response.end()
  hub.closed.addEventListener('abort', end)
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  response.flushHeaders()
  response.socket?.setNoDelay(true)
  send()
  const heartbeat = setInterval(() => {
    if (!isBlocked) response.write(':\n\n')
  }, heartbeatMs)
  try {
    await gone
  } finally {
    clearInterval(heartbeat)
    hub.closed.removeEventListener('abort', end)
  }
}

function formatEvent({ cursor, event }: DeliveredEvent): string {
  return `id: ${cursor}\ndata: ${stringifyJson(event)}\n\n`
}
