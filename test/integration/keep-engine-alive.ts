import assert from 'node:assert/strict'
import type { Client } from '../../src/protocol/client.ts'

/** Listens, as every window and every supervisor does; that is what brings a dead engine back. */
export function keepEngineAlive(client: Client): Disposable {
  const controller = new AbortController()
  const drained = (async () => {
    for await (const _ of client.events(controller.signal));
  })()
  drained.catch((error) => assert.fail(error))
  return { [Symbol.dispose]: () => controller.abort() }
}
