import { setTimeout as delay } from 'node:timers/promises'
import type { RunId } from '../../src/protocol/ids.ts'
import type { TestWorkspace } from '../../test/vscode/workspace.ts'

export interface Logging extends AsyncDisposable {
  readonly experiment: string
  readonly runIds: readonly RunId[]
  /** Logged so far. */
  readonly pointCount: number
}

const periodMs = 1000

/** Starts runs that log a loss and an accuracy each second, at moments of their own, until disposed. */
export async function startLogging(workspace: TestWorkspace, count: number): Promise<Logging> {
  const experiment = 'live'
  const stopping = new AbortController()
  let pointCount = 0
  const runIds: RunId[] = []
  for (let run = 0; run < count; run++) {
    runIds.push(await workspace.logRun(experiment, { name: `run-${run}`, params: { seed: run }, status: 'RUNNING' }))
  }

  async function log(runId: RunId, run: number): Promise<void> {
    const start = performance.now() + (run * periodMs) / count
    for (let step = 0; !stopping.signal.aborted; step++) {
      await delay(Math.max(0, start + step * periodMs - performance.now()), undefined, {
        signal: stopping.signal,
      }).catch(() => {})
      const timestamp = Date.now()
      const loss = Math.exp(-step / 1000) + Math.sin(step * (run + 1)) / 20
      const metrics = [
        { key: 'loss', value: loss, step, timestamp },
        { key: 'accuracy', value: 1 - loss / 2, step, timestamp },
      ]
      await workspace.mlflow('runs/log-batch', { run_id: runId, metrics })
      pointCount += metrics.length
    }
  }

  const loops = Promise.all(runIds.map(log))
  return {
    experiment,
    runIds,
    get pointCount() {
      return pointCount
    },
    async [Symbol.asyncDispose]() {
      stopping.abort()
      await loops
    },
  }
}
