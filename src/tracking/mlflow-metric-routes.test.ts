import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { RunId } from '../protocol/ids.ts'
import { isRecord } from '../protocol/json.ts'
import { writeMetric } from '../protocol/mlflow/metric-json.ts'
import { createMetricRoutes } from './mlflow-metric-routes.ts'
import { writtenJson } from './route.ts'
import { openScratchTracking, type ScratchTracking } from './scratch-tracking.ts'
import { loadSeries } from './series/load-series.ts'
import { toPoints } from './series/points.ts'

const key = 'val "loss" / ε'

/** More points than are read at a time, some late ones among them, and values that JSON has no numbers for. */
async function logLongSeries(tracking: ScratchTracking): Promise<RunId> {
  const at = (step: number, value: number) => ({ key, step, timestamp: 1_767_225_600_000 + step, value })
  const runId = await tracking.addRun({ metrics: [at(-3, Number.NaN)] })
  const points = toPoints(Array.from({ length: 80 * 512 }, (_, index) => at(2 * index, 1 / (index + 1))))
  await tracking.write((sql) => loadSeries(sql, 1, points))
  const late = [at(-1, 0.5), at(20_001, Infinity), at(32_767, 1), at(100_000, -Infinity), at(100_000, Number.NaN)]
  await tracking.runs.logBatch(runId, { metrics: late })
  return runId
}

async function ask(tracking: ScratchTracking, query: Readonly<Record<string, string>>): Promise<unknown> {
  const [history] = createMetricRoutes(tracking.runs)
  const server = { uri: '', headers: {} }
  const answer = await history?.run({ body: undefined, query: new URLSearchParams(query), captures: {}, server })
  if (!isRecord(answer) || !(writtenJson in answer)) return answer
  // SAFETY: a route gives pieces of text under this name.
  const pieces = answer[writtenJson] as AsyncIterable<string>
  return JSON.parse((await Array.fromAsync(pieces)).join(''))
}

describe('a history', () => {
  it('that is read in several pieces is answered as one, and the same in pages', async () => {
    await using tracking = await openScratchTracking()
    const runId = await logLongSeries(tracking)
    const { items } = await tracking.runs.metricHistory(runId, key)
    const metrics = items.map((point) => writeMetric({ key, ...point }))
    assert.equal(metrics.length, 1 + 80 * 512 + 5)
    const query = { run_id: runId, metric_key: key }
    assert.deepEqual(await ask(tracking, query), { metrics })

    const paged: unknown[] = []
    const sizes: number[] = []
    for (let token: unknown = ''; token !== undefined;) {
      const page = await ask(tracking, { ...query, max_results: '20000', page_token: String(token) })
      assert.ok(isRecord(page) && Array.isArray(page['metrics']))
      paged.push(...page['metrics'])
      sizes.push(page['metrics'].length)
      token = page['next_page_token']
    }
    assert.deepEqual(paged, metrics)
    assert.deepEqual(sizes, [20_000, 20_000, 966])
  })

  it('has no token where a page ends with its last point, and is empty for a metric that was not logged', async () => {
    await using tracking = await openScratchTracking()
    const runId = await tracking.addRun({ metrics: [0, 1].map((step) => ({ key: 'm', step, timestamp: 0, value: 1 })) })
    const page = await ask(tracking, { run_id: runId, metric_key: 'm', max_results: '2' })
    assert.deepEqual(page, { metrics: [0, 1].map((step) => ({ key: 'm', value: 1, timestamp: 0, step })) })
    assert.deepEqual(await ask(tracking, { run_id: runId, metric_key: 'n' }), {})
  })

  it('of a run that is not there is refused before there is an answer', async () => {
    await using tracking = await openScratchTracking()
    await assert.rejects(ask(tracking, { run_id: 'a'.repeat(32), metric_key: 'm' }), {
      code: 'RESOURCE_DOES_NOT_EXIST',
    })
  })
})
