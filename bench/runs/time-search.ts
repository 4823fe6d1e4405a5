import assert from 'node:assert/strict'
import { openMlflowRequests } from '../load/mlflow-requests.ts'
import type { TrackingServer } from '../servers/tracking-server.ts'
import { parseRunNames } from './run-names.ts'

/** Searches that one figure is the mean of. */
const searchesPerSample = 3

/** A figure counts only if both sides do the same: the same runs in the same order. */
export async function checkSameRuns(
  ours: TrackingServer,
  peers: readonly TrackingServer[],
  body: object,
): Promise<void> {
  const ourNames = await searchNames(ours, body)
  assert.ok(ourNames.length > 0)
  for (const peer of peers) assert.deepEqual(ourNames, await searchNames(peer, body))
}

async function searchNames({ endpoint }: TrackingServer, body: object): Promise<readonly string[]> {
  using requests = openMlflowRequests(endpoint)
  return parseRunNames(await requests.ask('runs/search', body))
}

/** Milliseconds of a search, until the last byte of the answer; what a client makes of it is not ours. */
export async function timeSearch({ endpoint }: TrackingServer, body: object): Promise<number> {
  using requests = openMlflowRequests(endpoint)
  const start = performance.now()
  for (let count = 0; count < searchesPerSample; count++) await requests.post('runs/search', body)
  return (performance.now() - start) / searchesPerSample
}
