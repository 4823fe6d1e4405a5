import { setTimeout as delay } from 'node:timers/promises'
import { openMlflowServer } from '../../test/servers/mlflow-server.ts'
import { findTestPython } from '../../test/servers/test-python.ts'
import { type MlflowRequests, openMlflowRequests } from '../load/mlflow-requests.ts'
import { listProcessGroup } from './process-group.ts'
import type { TrackingServer } from './tracking-server.ts'

/** It says that it runs before its workers listen, so it has to be asked until it answers. */
const pollMs = 10
const answerTimeoutMs = 120_000

/** Starts `mlflow server` as `mlflow server` starts by itself: four workers and its job runner. */
export function openPeerServer(folder: string): Promise<TrackingServer> {
  return openPeer(folder, true)
}

/** Starts `mlflow server` with one worker and no job runner, which is faster where nothing runs at a time. */
export function openSmallPeerServer(folder: string): Promise<TrackingServer> {
  return openPeer(folder, false)
}

async function openPeer(folder: string, asInProduction: boolean): Promise<TrackingServer> {
  await using opened = new AsyncDisposableStack()
  const python = findTestPython(process.env)
  const server = opened.use(await openMlflowServer({ python, folder, asInProduction }))
  const endpoint = { url: server.url, headers: {} }
  using requests = openMlflowRequests(endpoint)
  await waitForAnswer(requests)
  const running = opened.move()
  return {
    endpoint,
    folder,
    processes: () => listProcessGroup(server.pid),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

async function waitForAnswer(requests: MlflowRequests): Promise<void> {
  const deadline = performance.now() + answerTimeoutMs
  for (;;) {
    try {
      await requests.post('experiments/search', { max_results: 1 })
      return
    } catch (error) {
      if (performance.now() > deadline) throw error
      await delay(pollMs)
    }
  }
}
