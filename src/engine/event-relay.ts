import { Buffer } from 'node:buffer'
import type { ChangeEvent } from '../protocol/events.ts'
import { isRecord, parseForeignJson, stringifyJson } from '../protocol/json.ts'
import type { Channel } from '../store/database.ts'
import { keyOf, mergeEvents } from './events.ts'

/** What a server tells the others on its store, and hears from them. */
export interface EventRelay extends Disposable {
  tell(event: ChangeEvent): void
}

/** Changes of one thing within this time are told as one. */
const coalesceMs = 50

const maxTextBytes = 7900

/**
 * Tells the changes that this server has made to the other servers on its store, whose clients see them as if they were
 * theirs. Where some may have been missed, clients are told to fetch all anew.
 *
 * @param publish takes the changes of others
 */
export function createEventRelay(channel: Channel, publish: (event: ChangeEvent) => void): EventRelay {
  const pending = new Map<string, ChangeEvent>()
  let timer: NodeJS.Timeout | undefined
  channel.listen({
    onText(text) {
      const event = parseForeignJson(text)
      // SAFETY: written by `toTexts` of a server whose schema is ours, from an event.
      if (isRecord(event)) publish(event as unknown as ChangeEvent)
    },
    onGap: () => publish({ kind: 'reset' }),
  })

  function flush(): void {
    timer = undefined
    const texts = [...pending.values()].flatMap(toTexts)
    pending.clear()
    channel.send(texts)
  }

  return {
    tell(event) {
      const key = keyOf(event)
      const earlier = pending.get(key)
      pending.set(key, earlier === undefined ? event : mergeEvents(earlier, event))
      timer ??= setTimeout(flush, coalesceMs)
    },
    [Symbol.dispose]() {
      clearTimeout(timer)
      if (pending.size > 0) flush()
    },
  }
}

/** In parts where there are very many metrics. */
function toTexts(event: ChangeEvent): string[] {
  const text = stringifyJson(event)
  if (Buffer.byteLength(text) <= maxTextBytes) return [text]
  if (event.kind !== 'metrics' || event.latest.length < 2) return ['']
  const half = event.latest.length >> 1
  return [event.latest.slice(0, half), event.latest.slice(half)].flatMap((latest) => toTexts({ ...event, latest }))
}
