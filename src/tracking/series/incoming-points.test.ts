import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type ColumnValues, getCell, type MetricColumn } from '../../protocol/run-table.ts'
import type { RunId } from '../../protocol/ids.ts'
import type { LoggedMetric } from '../tracking.ts'
import { openScratchTracking, type ScratchTracking } from '../scratch-tracking.ts'

/** Enough for points to wait, and few enough for them to fill chunks soon. */
const keys = Array.from({ length: 24 }, (_, index) => `layer_${String(index).padStart(2, '0')}/norm`)
const batchCount = 900

function toBatch(step: number): LoggedMetric[] {
  return keys.map((key, index) => ({ key, step, timestamp: 1000 + step * 10, value: valueOf(index, step) }))
}

function valueOf(index: number, step: number): number {
  if ((step + index) % 500 === 77) return [Number.NaN, Infinity, -Infinity][step % 3] ?? 0
  return Math.sin(step / 40 + index) * (index + 1)
}

const steps = Array.from({ length: batchCount }, (_, index) => index)
/** A full-period linear congruential step, so always the same. */
const shuffled = steps.map((step) => (step * 7919 + 13) % batchCount)

const orders: Record<string, readonly number[]> = {
  'in order': steps,
  'in any order': shuffled,
  'some of them twice': steps.flatMap((step) => (step % 7 === 0 ? [step, Math.max(0, step - 3)] : [step])),
}

const countWaiting = (tracking: ScratchTracking) =>
  tracking.read(async (sql) => Number((await sql.get('select count(*) as count from incoming_points'))?.['count']))

/** What brute force says of the metric with this number after these steps. */
function toHistory(index: number, logged: readonly number[]) {
  const known = [...new Set(logged)].toSorted((a, b) => a - b)
  return known.map((step) => ({ step, timestamp: 1000 + step * 10, value: valueOf(index, step) }))
}

async function checkRun(tracking: ScratchTracking, runId: RunId, logged: readonly number[]): Promise<void> {
  const middle = Math.max(...logged) >> 1
  const columns: MetricColumn[] = []
  const expected: unknown[] = []
  for (const index of [0, 11, 23]) {
    const key = keys[index] ?? ''
    const history = toHistory(index, logged)
    assert.deepEqual((await tracking.runs.metricHistory(runId, key)).items, history)
    columns.push({ kind: 'metric', key, aggregate: 'at-step', step: middle })
    expected.push(history.findLast(({ step }) => step <= middle)?.value)
    const best = Math.min(...history.map(({ value }) => value).filter(Number.isFinite))
    columns.push({ kind: 'metric', key: keys[5] ?? '', aggregate: 'at-best', of: key, goal: 'minimize' })
    const place = history.find(({ value }) => value === best)?.step
    expected.push(place === undefined ? undefined : valueOf(5, place))
  }
  const [{ experimentId } = assert.fail()] = await tracking.experiments.list('ACTIVE_ONLY')
  const page = await tracking.comparison.rows({ experimentIds: [experimentId], columns })
  assert.deepEqual(
    page.columns.map((values: ColumnValues) =>
      getCell(
        values,
        page.rows.findIndex((row) => row.runId === runId),
      ),
    ),
    expected,
  )
}

describe('points of batches of many metrics', () => {
  for (const [name, order] of Object.entries(orders)) {
    it(`are all there at any time, once: logged ${name}`, async () => {
      await using tracking = await openScratchTracking()
      const runId = await tracking.addRun()
      const waiting: number[] = []
      for (const [index, step] of order.entries()) {
        await tracking.runs.logBatch(runId, { metrics: toBatch(step) })
        if (index % 217 !== 5) continue
        waiting.push(await countWaiting(tracking))
        await checkRun(tracking, runId, order.slice(0, index + 1))
      }
      await checkRun(tracking, runId, order)
      assert.ok(
        waiting.every((count) => count < 2048),
        `${waiting.join(', ')} wait`,
      )
      assert.ok(Math.max(...waiting) > 0, 'none ever wait')
    })
  }

  it('wait no more when the run has ended', async () => {
    await using tracking = await openScratchTracking()
    const [runId, other] = [
      await tracking.addRun({ metrics: toBatch(1) }),
      await tracking.addRun({ metrics: toBatch(2) }),
    ]
    assert.equal(await countWaiting(tracking), 2 * keys.length)
    await tracking.runs.end(runId, 'FINISHED', [])
    assert.equal(await countWaiting(tracking), keys.length)
    for (const [id, step] of [
      [runId, 1],
      [other, 2],
    ] as const) {
      assert.deepEqual((await tracking.runs.metricHistory(id, keys[3] ?? '')).items, toHistory(3, [step]))
    }
  })
})
