import type { ChangeEvent, DeliveredEvent, EventCursor } from '../protocol/events.ts'
import type { Metric } from '../protocol/runs.ts'

export interface EventHubOptions {
  /** Names this start of the engine in cursors; no two starts have the same. */
  readonly instance: string
  /** Changes of one thing within this time become one event. Default 30 ms. */
  readonly coalesceMs?: number
  /** Events kept for those who come back. Default 4,096. */
  readonly capacity?: number
  /** Metrics kept within these events, which are what takes memory: some 8 MB by default. Default 65,536. */
  readonly metricCapacity?: number
}

/** Where a reader is; it reads on when it likes, so a slow one costs nothing but a `reset`. */
export interface EventReader extends Disposable {
  /** The next event, or undefined when there is none yet. */
  next(): DeliveredEvent | undefined
}

export interface EventHub extends Disposable {
  publish(event: ChangeEvent): void
  /** `onEvents` is called whenever there is something new to read. */
  open(cursor: EventCursor | undefined, onEvents: () => void): EventReader
  readonly readerCount: number
  /** Aborted once no event will ever come. */
  readonly closed: AbortSignal
}

/**
 * Numbers the changes and keeps the latest of them in a ring. A reader with a cursor of this ring gets every event
 * after it exactly once; any other, and one that falls behind the ring, gets `reset` and goes on from now.
 */
export function createEventHub(options: EventHubOptions): EventHub {
  const { instance, coalesceMs = 30, capacity = 4096, metricCapacity = 65_536 } = options
  const ring: (ChangeEvent | undefined)[] = []
  const pending = new Map<string, ChangeEvent>()
  const readers = new Set<() => void>()
  /** Events numbered so far; event n (from 1) is at `ring[(n - 1) % capacity]`. */
  let count = 0
  /** Events no longer kept. */
  let dropped = 0
  let metricCount = 0
  let timer: NodeJS.Timeout | undefined
  const closing = new AbortController()

  /** The newest event stays, however large. */
  function keep(event: ChangeEvent): void {
    if (count - dropped === capacity) dropOldest()
    ring[count++ % capacity] = event
    metricCount += countMetrics(event)
    while (metricCount > metricCapacity && count - dropped > 1) dropOldest()
  }

  function dropOldest(): void {
    const index = dropped++ % capacity
    metricCount -= countMetrics(ring[index])
    ring[index] = undefined
  }

  function flush(): void {
    timer = undefined
    for (const event of pending.values()) keep(event)
    pending.clear()
    for (const wake of readers) wake()
  }

  function parseCursor(cursor: EventCursor | undefined): number | undefined {
    const [from, sequence, ...rest] = cursor?.split(':') ?? []
    if (from !== instance || sequence === undefined || rest.length > 0 || !/^\d{1,15}$/.test(sequence)) return undefined
    return Number(sequence) <= count ? Number(sequence) : undefined
  }

  return {
    publish(event) {
      const key = keyOf(event)
      const earlier = pending.get(key)
      pending.set(key, earlier === undefined ? event : mergeEvents(earlier, event))
      if (!closing.signal.aborted) timer ??= setTimeout(flush, coalesceMs)
    },
    open(cursor, onEvents) {
      let position = parseCursor(cursor)
      readers.add(onEvents)
      return {
        next() {
          if (position === undefined || position < dropped) {
            position = count
            return { cursor: `${instance}:${position}`, event: { kind: 'reset' } }
          }
          if (position === count) return undefined
          const event = ring[position++ % capacity]
          return event === undefined ? undefined : { cursor: `${instance}:${position}`, event }
        },
        [Symbol.dispose]() {
          readers.delete(onEvents)
        },
      }
    },
    get readerCount() {
      return readers.size
    },
    closed: closing.signal,
    [Symbol.dispose]() {
      clearTimeout(timer)
      closing.abort()
    },
  }
}

/** Changes of one thing, of which the latest says all, have the same. */
export function keyOf(event: ChangeEvent): string {
  switch (event.kind) {
    case 'reset':
      return event.kind
    case 'experiment':
      return `${event.kind} ${event.experimentId}`
    case 'registered-model':
      return `${event.kind} ${event.name}`
    case 'kernel-changed':
      return `${event.kind} ${event.kernelId}`
    default:
      return `${event.kind} ${event.runId}`
  }
}

function countMetrics(event: ChangeEvent | undefined): number {
  return event?.kind === 'metrics' ? event.latest.length : 0
}

/** Of two with the same key. */
export function mergeEvents(earlier: ChangeEvent, later: ChangeEvent): ChangeEvent {
  if (earlier.kind !== 'metrics' || later.kind !== 'metrics') return later
  const latest = new Map<string, Metric>()
  for (const metric of [...earlier.latest, ...later.latest]) latest.set(metric.key, metric)
  return { ...later, latest: [...latest.values()] }
}
