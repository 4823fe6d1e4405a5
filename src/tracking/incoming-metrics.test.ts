import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ChangeEvent } from '../protocol/events.ts'
import type { RunId } from '../protocol/ids.ts'
import { type ColumnValues, getCell, type MetricColumn } from '../protocol/run-table.ts'
import type { Database, Sql } from '../store/database.ts'
import { openScratchPlace, scratchServerVariable } from '../store/scratch-store.ts'
import { openSqlite } from '../store/sqlite.ts'
import { createTracking } from './create-tracking.ts'
import { checkIncomingMetrics } from './incoming-metrics.ts'
import { trackingMigrations } from './migrations.ts'
import { openScratchTracking, type ScratchTracking } from './scratch-tracking.ts'
import type { LoggedMetric, Tracking } from './tracking.ts'

/** Servers that share a store settle at once. */
const isShared = process.env[scratchServerVariable] !== undefined

const keys = Array.from({ length: 24 }, (_, index) => `layer_${String(index).padStart(2, '0')}/norm`)
/** Enough to fill chunks. */
const batchCount = 900

function toBatch(step: number): LoggedMetric[] {
  return keys.map((key, index) => ({ key, step, timestamp: 1000 + step * 10, value: valueOf(index, step) }))
}

function valueOf(index: number, step: number): number {
  if ((step + index) % 500 === 77) return [Number.NaN, Infinity, -Infinity, -0][step % 4] ?? 0
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

const countWaiting = async ({ read }: { read: Database['read'] }) => (await read(checkIncomingMetrics)).pointCount

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

function openTracking(database: Database, events: ChangeEvent[] = []): Tracking {
  return createTracking({
    database,
    changed: (event) => events.push(event),
    now: () => 1_000_000,
    randomBytes: (size) => crypto.getRandomValues(new Uint8Array(size)),
  })
}

async function listHistories({ runs }: Tracking, runId: RunId) {
  return Promise.all(keys.map(async (key) => (await runs.metricHistory(runId, key)).items))
}

const toHistories = (logged: readonly number[]) => keys.map((_, index) => toHistory(index, logged))

describe('metrics that wait', () => {
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
        assert.equal(await countWaiting(tracking), 0)
      }
      await checkRun(tracking, runId, order)
      assert.ok(
        waiting.every((count) => count <= 1024),
        `${waiting.join(', ')} wait`,
      )
      assert.equal(Math.max(...waiting) > 0, !isShared)
    })
  }

  it('are seen by each reader that comes after them, while others log', async () => {
    await using tracking = await openScratchTracking()
    const runIds = [await tracking.addRun(), await tracking.addRun(), await tracking.addRun()]
    const some = shuffled.slice(0, 150)
    let readers = 0
    const work = runIds.flatMap((runId) => {
      const acknowledged: number[] = []
      const log = async () => {
        for (const step of some) {
          await tracking.runs.logBatch(runId, { metrics: toBatch(step) })
          acknowledged.push(step)
        }
      }
      const read = async () => {
        while (acknowledged.length < some.length) {
          const before = [...acknowledged]
          const { items } = await tracking.runs.metricHistory(runId, keys[7] ?? '')
          const seen = new Set(items.map(({ step }) => step))
          assert.deepEqual(
            before.filter((step) => !seen.has(step)),
            [],
          )
          assert.equal(seen.size, items.length)
          readers += 1
          await nextTurn()
        }
      }
      return [log(), read(), read()]
    })
    await Promise.all(work)
    assert.ok(readers > 50, `Only ${readers} reads.`)
    for (const runId of runIds) assert.deepEqual(await listHistories(tracking, runId), toHistories(some))
  })

  it('wait no more when the run has ended', async () => {
    await using tracking = await openScratchTracking()
    const runIds = [await tracking.addRun({ metrics: toBatch(1) }), await tracking.addRun({ metrics: toBatch(2) })]
    for (const runId of runIds) await tracking.runs.logBatch(runId, { metrics: toBatch(3) })
    const [ended, other] = runIds
    assert.ok(ended !== undefined && other !== undefined)
    const ofOne = isShared ? 0 : keys.length
    assert.equal(await countWaiting(tracking), 2 * ofOne)
    await tracking.runs.end(ended, 'FINISHED', [])
    assert.equal(await countWaiting(tracking), ofOne)
    assert.deepEqual(await listHistories(tracking, ended), toHistories([1, 3]))
    assert.deepEqual(await listHistories(tracking, other), toHistories([2, 3]))
  })

  it('wait no more when those of all runs together are many', async () => {
    await using tracking = await openScratchTracking()
    const runIds = await Promise.all(Array.from({ length: 40 }, () => tracking.addRun({ metrics: toBatch(0) })))
    let most = 0
    for (const step of steps.slice(1, 31)) {
      await Promise.all(runIds.map((runId) => tracking.runs.logBatch(runId, { metrics: toBatch(step) })))
      most = Math.max(most, await countWaiting(tracking))
    }
    assert.ok(most <= 16_384 + 40 * keys.length, `${most} wait`)
    assert.equal(most > 10_000, !isShared)
    for (const runId of runIds.slice(0, 3))
      assert.deepEqual(await listHistories(tracking, runId), toHistories(steps.slice(0, 31)))
  })

  it('are of more runs than are kept in mind', async () => {
    await using tracking = await openScratchTracking()
    const wide = (run: number) =>
      Array.from({ length: 3000 }, (_, key) => ({ key: `${key}`, step: run, timestamp: 1, value: key }))
    const runIds: RunId[] = []
    for (let run = 0; run < 30; run++) {
      const runId = await tracking.addRun({ metrics: wide(0) })
      await tracking.runs.logBatch(runId, { metrics: toBatch(1) })
      runIds.push(runId)
    }
    for (const runId of runIds) await tracking.runs.logBatch(runId, { metrics: toBatch(2) })
    for (const runId of runIds.filter((_, run) => run % 9 === 0)) {
      assert.deepEqual(await listHistories(tracking, runId), toHistories([1, 2]))
      assert.equal((await tracking.runs.get(runId)).metrics.length, 3000 + keys.length)
    }
  })

  it('are told of as they come, but for those that are not later than what is known', async () => {
    await using place = await openScratchPlace(trackingMigrations)
    await using database = await place.open()
    const events: ChangeEvent[] = []
    const tracking = openTracking(database, events)
    const [{ experimentId } = assert.fail()] = await tracking.experiments.list('ALL')
    const { runId } = await tracking.runs.create({ experimentId })
    const log = async (...metrics: LoggedMetric[]) => {
      events.length = 0
      await tracking.runs.logBatch(runId, { metrics })
      return events.flatMap((event) => (event.kind === 'metrics' ? [...event.latest] : []))
    }
    const point = (key: string, step: number, value = step) => ({ key, step, timestamp: 1, value })
    assert.deepEqual(await log(point('a', 5), point('b', 1)), [point('a', 5), point('b', 1)])
    assert.deepEqual(await log(point('a', 4), point('b', 2), point('c', 1)), [point('b', 2), point('c', 1)])
    assert.deepEqual(await log(point('a', 5), point('b', 3), point('b', 4)), [point('b', 4)])
    assert.deepEqual(await log(point('a', 5, 6), point('c', 0)), [point('a', 5, 6)])
    assert.deepEqual(await log(point('c', 1, 0)), [])
    const { metrics } = await tracking.runs.get(runId)
    assert.deepEqual(metrics, [point('a', 5, 6), point('b', 4), point('c', 1)])
  })

  it('are there when the store is opened again', async () => {
    await using place = await openScratchPlace(trackingMigrations)
    let runId: RunId
    {
      await using database = await place.open()
      const tracking = openTracking(database)
      const [{ experimentId } = assert.fail()] = await tracking.experiments.list('ALL')
      runId = (await tracking.runs.create({ experimentId })).runId
      for (const step of [1, 2, 3]) await tracking.runs.logBatch(runId, { metrics: toBatch(step) })
      assert.equal(await countWaiting(database), isShared ? 0 : 2 * keys.length)
    }
    {
      await using database = await place.open()
      assert.deepEqual(await listHistories(openTracking(database), runId), toHistories([1, 2, 3]))
      await openTracking(database).runs.logBatch(runId, { metrics: toBatch(4) })
      const tracking = openTracking(database)
      for (const step of [5, 6]) await tracking.runs.logBatch(runId, { metrics: toBatch(step) })
    }
    await using database = await place.open()
    const tracking = openTracking(database)
    await tracking.runs.logBatch(runId, { metrics: toBatch(7) })
    assert.deepEqual(await listHistories(tracking, runId), toHistories([1, 2, 3, 4, 5, 6, 7]))
  })

  it('are read, and stay, while the disk is full', { skip: isShared }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'runwright-store-'))
    await using _folder = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
    const place = { path: join(folder, 'store.db'), migrations: trackingMigrations }
    const acknowledged: number[] = []
    let runId: RunId
    {
      await using database = await openSqlite(place)
      const tracking = openTracking(database)
      const [{ experimentId } = assert.fail()] = await tracking.experiments.list('ALL')
      runId = (await tracking.runs.create({ experimentId })).runId
    }
    const countPages = (sql: Sql) => sql.get('pragma page_count')
    await using open = await openSqlite(place)
    const pages = Number((await open.read(countPages))?.['page_count'])
    await open[Symbol.asyncDispose]()
    {
      await using database = await openSqlite({ ...place, maxPages: pages + 60 })
      const tracking = openTracking(database)
      const fill = async () => {
        for (const step of steps) {
          await tracking.runs.logBatch(runId, { metrics: toBatch(step) })
          acknowledged.push(step)
        }
      }
      await assert.rejects(fill, { code: 'STORAGE_FULL' })
      assert.ok(acknowledged.length > 3, `Full after ${acknowledged.length}.`)
      assert.ok((await countWaiting(database)) > 0, 'none wait')
      for (let round = 0; round < 3; round++)
        assert.deepEqual(await listHistories(tracking, runId), toHistories(acknowledged))
    }
    await using database = await openSqlite(place)
    assert.deepEqual(await listHistories(openTracking(database), runId), toHistories(acknowledged))
  })
})
