import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import type { MetricPoint } from '../protocol/runs.ts'
import { isLater } from './metric-value.ts'
import { openScratchTracking } from './scratch-tracking.ts'

/** Few different steps and times, so that ties are the rule; all doubles but −0, which SQLite keeps as 0. */
const point: fc.Arbitrary<MetricPoint> = fc.record(
  {
    step: fc.oneof(fc.integer({ min: -2, max: 2 }), fc.maxSafeInteger()),
    timestamp: fc.integer({ min: 0, max: 2 }),
    value: fc.oneof(fc.constantFrom(0, 1, Number.NaN, Infinity, -Infinity), fc.double()).map((value) => value + 0),
  },
  { noNullPrototype: true },
)

const inOrder = (a: MetricPoint, b: MetricPoint) => (isLater(a, b) ? 1 : isLater(b, a) ? -1 : 0)

function toHistory(points: readonly MetricPoint[]): MetricPoint[] {
  const sorted = points.toSorted(inOrder)
  return sorted.filter((point, index) => index === 0 || inOrder(point, sorted[index - 1] ?? point) !== 0)
}

describe('metrics', () => {
  it('come back in order, each point once, whatever was logged in whatever batches', async () => {
    await using tracking = await openScratchTracking()
    const batches = fc.array(fc.array(point, { maxLength: 8 }), { maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(batches, async (batches) => {
        const runId = await tracking.addRun()
        for (const points of batches) {
          await tracking.runs.logBatch(runId, { metrics: points.map((point) => ({ key: 'm', ...point })) })
        }
        const history = toHistory(batches.flat())
        assert.deepEqual((await tracking.runs.metricHistory(runId, 'm')).items, history)
        const latest = history.at(-1)
        assert.deepEqual(
          (await tracking.runs.get(runId)).metrics,
          latest === undefined ? [] : [{ key: 'm', ...latest }],
        )
      }),
      { numRuns: 60 },
    )
  })

  it('that belong to other keys and runs are left alone', async () => {
    await using tracking = await openScratchTracking()
    const metrics = ['a', 'b', 'a/b', 'A'].map((key, step) => ({ key, step, timestamp: 1, value: step }))
    const [one, two] = [await tracking.addRun({ metrics }), await tracking.addRun({ metrics: metrics.slice(1) })]
    assert.deepEqual((await tracking.runs.metricHistory(one, 'a')).items, [{ step: 0, timestamp: 1, value: 0 }])
    assert.deepEqual((await tracking.runs.metricHistory(two, 'a')).items, [])
  })

  it('tell subscribers of the latest points that changed, and only those', async () => {
    await using tracking = await openScratchTracking()
    const runId = await tracking.addRun()
    tracking.events.length = 0
    const at = (key: string, step: number) => ({ key, step, timestamp: 1, value: step })
    await tracking.runs.logBatch(runId, { metrics: [at('a', 5), at('b', 1), at('a', 3)] })
    await tracking.runs.logBatch(runId, { metrics: [at('a', 4), at('b', 2)] })
    await tracking.runs.logBatch(runId, { metrics: [at('a', 4), at('b', 2)] })
    assert.deepEqual(
      tracking.events.map((event) => (event.kind === 'metrics' ? event.latest : event.kind)),
      [[at('a', 5), at('b', 1)], [at('b', 2)]],
    )
  })

  it('are paged, each point once, although others are logged late meanwhile', async () => {
    await using tracking = await openScratchTracking()
    const at = (step: number, value = step) => ({ key: 'm', step, timestamp: 0, value })
    const runId = await tracking.addRun({ metrics: [0, 10, 20, 30, 40].map((step) => at(step)) })
    const first = await tracking.runs.metricPoints(runId, 'm', { limit: 3 })
    await tracking.runs.logBatch(runId, { metrics: [at(5), at(20, 0), at(25)] })
    const { nextPageToken: pageToken = '' } = first
    const rest = await tracking.runs.metricPoints(runId, 'm', { limit: 3, pageToken })
    assert.equal(rest.nextPageToken, undefined)
    assert.deepEqual(
      [first, rest].map(({ points }) => [...points.steps]),
      [
        [0, 10, 20],
        [25, 30, 40],
      ],
    )
  })

  it('are paged by tokens of MLflow’s form, too, behind values of every kind', async () => {
    await using tracking = await openScratchTracking()
    const values = [-Infinity, -1, 1e300, Infinity, Number.NaN]
    const runId = await tracking.addRun({
      metrics: values.map((value) => ({ key: 'm', step: 0, timestamp: 0, value })),
    })
    const page = async (limit: number, pageToken?: string) =>
      tracking.runs.metricPoints(runId, 'm', { limit, ...(pageToken === undefined ? {} : { pageToken }) })
    for (const offset of [1, 2, 3, 4]) {
      const counted = await page(9, Buffer.from(JSON.stringify({ offset })).toString('base64'))
      const behind = await page(9, (await page(offset)).nextPageToken)
      assert.deepEqual([...counted.points.values], values.slice(offset))
      assert.deepEqual(behind, counted)
    }
  })

  it('are paged by no other tokens', async () => {
    await using tracking = await openScratchTracking()
    const runId = await tracking.addRun({ metrics: [{ key: 'm', step: 0, timestamp: 0, value: 0 }] })
    const places = [{}, { offset: -1 }, { offset: 0.5 }, { after: [0, 0, 0] }, { offset: 1, after: [0, 0] }, null]
    const keys = [[0.5, 0, 0], [0, -1, 0], [0, 0, 'x'], [0, 0, null], [{}, 0, 0], 'abc', { length: 3 }]
    const all = [...places, ...keys.map((after) => ({ offset: 1, after }))]
    const tokens = all.map((place) => Buffer.from(JSON.stringify(place)).toString('base64'))
    for (const pageToken of ['x', ...tokens]) {
      await assert.rejects(tracking.runs.metricPoints(runId, 'm', { limit: 3, pageToken }), {
        code: 'INVALID_PARAMETER_VALUE',
        message: 'Invalid page token, could not base64-decode',
      })
    }
  })

  it('with a step or time that cannot be kept are refused by name', async () => {
    await using tracking = await openScratchTracking()
    const runId = await tracking.addRun()
    const good = { key: 'loss', step: 0, timestamp: 0, value: 0 }
    for (const bad of [{ step: 0.5 }, { step: 2 ** 53 }, { timestamp: -1 }, { timestamp: Number.NaN }]) {
      await assert.rejects(tracking.runs.logBatch(runId, { metrics: [good, { ...good, ...bad }] }), {
        code: 'INVALID_PARAMETER_VALUE',
        message: /"loss".*(step|timestamp)/,
      })
    }
    assert.deepEqual((await tracking.runs.get(runId)).metrics, [])
  })
})

describe('sparklines', () => {
  const sizes = [1, 2, 7, 30, 31, 119, 121, 5000]
  it('hold at most as many values as asked for, in order, with both ends', async () => {
    await using tracking = await openScratchTracking()
    const runId = await tracking.addRun()
    for (const size of sizes) {
      for (const [key, axis] of [
        [`step-${size}`, (i: number) => ({ step: i * 3, timestamp: 7 })],
        [`time-${size}`, (i: number) => ({ step: 0, timestamp: i * 1000 })],
      ] as const) {
        const metrics = Array.from({ length: size }, (_, i) => ({ key, ...axis(i), value: i }))
        await tracking.runs.logBatch(runId, { metrics })
      }
    }
    const { series } = await tracking.runs.sparklines(runId, 30)
    assert.equal(series.length, sizes.length * 2)
    for (const { metric, values } of series) {
      const size = Number(metric.key.slice(5))
      assert.equal(values.length, Math.min(size, 30), metric.key)
      assert.deepEqual([values[0], values.at(-1)], [0, size - 1], metric.key)
      const gaps = values.slice(1).map((value, index) => value - (values[index] ?? 0))
      const even = (size - 1) / 29
      assert.ok(
        gaps.every((gap) => gap >= Math.max(1, Math.floor(even)) && gap <= Math.max(1, Math.ceil(even))),
        `${metric.key}: ${gaps}`,
      )
    }
  })
})
