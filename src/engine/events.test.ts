import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ChangeEvent, DeliveredEvent } from '../protocol/events.ts'
import { parseExperimentId, parseRunId } from '../protocol/ids.ts'
import { createEventHub, type EventHub, type EventReader } from './events.ts'

const experimentId = parseExperimentId('1') ?? assert.fail()
const runIds = Array.from({ length: 20 }, (_, index) => parseRunId(`run${index}`) ?? assert.fail())

function runEvent(index: number): ChangeEvent {
  return { kind: 'run', experimentId, runId: runIds[index] ?? assert.fail() }
}

function metricEvent(key: string, value: number): ChangeEvent {
  const metric = { key, value, step: 1, timestamp: 1 }
  return { kind: 'metrics', experimentId, runId: runIds[0] ?? assert.fail(), latest: [metric] }
}

function readAll(reader: EventReader): DeliveredEvent[] {
  const delivered: DeliveredEvent[] = []
  for (let next = reader.next(); next !== undefined; next = reader.next()) delivered.push(next)
  return delivered
}

/** Publishes and resolves once that is readable. */
async function publish(hub: EventHub, ...events: ChangeEvent[]): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  using _reader = hub.open(undefined, resolve)
  for (const event of events) hub.publish(event)
  await promise
}

describe('the event hub', () => {
  it('starts a reader without a cursor with a reset, then gives each change once', async () => {
    using hub = createEventHub({ instance: 'a', coalesceMs: 1 })
    await publish(hub, runEvent(0))
    using reader = hub.open(undefined, () => {})
    assert.deepEqual(readAll(reader), [{ cursor: 'a:1', event: { kind: 'reset' } }])
    await publish(hub, runEvent(1), runEvent(2))
    assert.deepEqual(readAll(reader), [
      { cursor: 'a:2', event: runEvent(1) },
      { cursor: 'a:3', event: runEvent(2) },
    ])
    assert.deepEqual(readAll(reader), [])
  })

  it('goes on after the cursor of one who comes back', async () => {
    using hub = createEventHub({ instance: 'a', coalesceMs: 1 })
    await publish(hub, runEvent(0), runEvent(1), runEvent(2))
    using reader = hub.open('a:1', () => {})
    assert.deepEqual(
      readAll(reader).map(({ event }) => event),
      [runEvent(1), runEvent(2)],
    )
  })

  for (const cursor of ['b:1', 'a:9', 'a:', 'a:-1', 'a:1:1', 'a', '', '__proto__:1']) {
    it(`answers the unknown cursor "${cursor}" with a reset`, async () => {
      using hub = createEventHub({ instance: 'a', coalesceMs: 1 })
      await publish(hub, runEvent(0))
      using reader = hub.open(cursor, () => {})
      assert.deepEqual(readAll(reader), [{ cursor: 'a:1', event: { kind: 'reset' } }])
    })
  }

  it('resets a reader that fell behind what is kept, and one that is just within goes on', async () => {
    using hub = createEventHub({ instance: 'a', coalesceMs: 1, capacity: 4 })
    using behind = hub.open('a:0', () => {})
    await publish(hub, runEvent(0))
    using within = hub.open('a:1', () => {})
    await publish(hub, runEvent(1), runEvent(2), runEvent(3), runEvent(4))
    assert.deepEqual(readAll(behind), [{ cursor: 'a:5', event: { kind: 'reset' } }])
    assert.equal(readAll(within).length, 4)
  })

  it('keeps fewer events when they hold many metrics, but always the newest', async () => {
    using hub = createEventHub({ instance: 'a', coalesceMs: 1, metricCapacity: 2 })
    using behind = hub.open('a:0', () => {})
    await publish(hub, metricEvent('loss', 3))
    using within = hub.open('a:1', () => {})
    await publish(hub, metricEvent('loss', 2))
    await publish(hub, metricEvent('loss', 1))
    assert.deepEqual(readAll(behind), [{ cursor: 'a:3', event: { kind: 'reset' } }])
    assert.equal(readAll(within).length, 2)
    const large = [metricEvent('a', 1), metricEvent('b', 1), metricEvent('c', 1)]
    await publish(hub, ...large)
    assert.equal(readAll(within).length, 1)
    using late = hub.open('a:3', () => {})
    assert.deepEqual(
      readAll(late).map(({ event }) => (event.kind === 'metrics' ? event.latest.length : event.kind)),
      [3],
    )
  })

  it('makes one event of many changes of one thing', async () => {
    using hub = createEventHub({ instance: 'a', coalesceMs: 1 })
    using reader = hub.open('a:0', () => {})
    await publish(hub, runEvent(0), metricEvent('loss', 3), runEvent(0), metricEvent('acc', 1), metricEvent('loss', 2))
    const [run, metrics, ...rest] = readAll(reader).map(({ event }) => event)
    assert.deepEqual(run, runEvent(0))
    assert.deepEqual(metrics?.kind === 'metrics' ? metrics.latest.map(({ key, value }) => [key, value]) : undefined, [
      ['loss', 2],
      ['acc', 1],
    ])
    assert.deepEqual(rest, [])
  })

  it('counts those who listen', () => {
    using hub = createEventHub({ instance: 'a' })
    {
      using _one = hub.open(undefined, () => {})
      using _two = hub.open(undefined, () => {})
      assert.equal(hub.readerCount, 2)
    }
    assert.equal(hub.readerCount, 0)
  })
})
