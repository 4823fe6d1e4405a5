import type { RunId } from '../../src/protocol/ids.ts'
import { openTestStore } from '../../test/vscode/store.ts'
import { toSeriesValue } from './series-value.ts'

/** Runs as a benchmark wants them: all params and metrics follow from the numbers of the run and the step. */
export interface StoreFill {
  readonly experiment: string
  readonly runs: number
  /** Points of each metric. */
  readonly points: number
  readonly metrics: readonly string[]
  readonly params?: readonly string[]
}

/** Points of one transaction: fewer make the filling slower, more take more memory. */
const batchSize = 50_000
const firstStart = Date.UTC(2026, 0, 1)

/**
 * Fills the store of a workspace that has no engine yet, by the use-cases that the engine itself calls; over HTTP ten
 * million points take several times as long. Returns the ids of the runs by experiment.
 */
export async function fillStore(workspace: string, fills: readonly StoreFill[]): Promise<Map<string, RunId[]>> {
  await using store = await openTestStore(workspace)
  const { experiments, runs } = store.tracking
  const filled = new Map<string, RunId[]>()
  for (const { experiment, runs: count, points, metrics, params = [] } of fills) {
    const { experimentId } = await experiments.ensure(experiment)
    const runIds: RunId[] = []
    for (let run = 0; run < count; run++) {
      const startTime = firstStart + run * 60_000
      const { runId } = await runs.create({ experimentId, name: `run-${String(run).padStart(4, '0')}`, startTime })
      await runs.logBatch(runId, {
        params: params.map((key, index) => ({ key, value: String((run * (index + 3)) % 17) })),
      })
      const perBatch = Math.max(1, Math.floor(batchSize / Math.max(1, metrics.length)))
      for (let from = 0; from < points; from += perBatch) {
        const steps = Array.from({ length: Math.min(perBatch, points - from) }, (_, index) => from + index)
        const logged = metrics.flatMap((key, index) =>
          steps.map((step) => ({
            key,
            step,
            timestamp: startTime + step * 10,
            value: toSeriesValue(run + index, step, points),
          })),
        )
        await runs.logBatch(runId, { metrics: logged })
      }
      await runs.end(runId, 'FINISHED', [])
      runIds.push(runId)
    }
    filled.set(experiment, runIds)
  }
  return filled
}
