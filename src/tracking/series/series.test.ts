import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isLater } from '../metric-value.ts'
import type { PointsPage } from '../tracking.ts'
import type { MetricPoint } from '../../protocol/runs.ts'
import type { RunId } from '../../protocol/ids.ts'
import { openScratchTracking, type ScratchTracking } from '../scratch-tracking.ts'
import { specialValues } from '../../protocol/curves.ts'
import type { Bucket } from './bucket.ts'
import { comparePoints, getPoint } from './points.ts'
import { extentOf, readWindow, type WindowQuery } from './window.ts'

const length = 9000

/** The same course of values each time: a wave with planted spikes and every special value. */
function valueAt(index: number): number {
  if (index === 4321) return 1e6
  if (index === 4322) return -1e6
  if (index % 2000 === 777) return [Number.NaN, Infinity, -Infinity][Math.floor(index / 2000) % 3] ?? 0
  return Math.sin(index / 50)
}

const counted = (index: number): MetricPoint => ({
  step: index,
  timestamp: 1_000_000 + index * 10,
  value: valueAt(index),
})

const indexes = Array.from({ length }, (_, index) => index)

/** A fixed shuffle (a full-period linear congruential step). */
const shuffled = indexes.map((index) => (index * 7919 + 13) % length)

const orders: Record<string, MetricPoint[]> = {
  'in order': indexes.map(counted),
  backwards: indexes.toReversed().map(counted),
  'in any order': shuffled.map(counted),
  'by two workers far apart': indexes.map((i) => counted(i % 2 === 0 ? i / 2 : (i - 1) / 2 + length / 2)),
  twice: [...indexes.map(counted), ...shuffled.slice(0, 3000).map(counted)],
  'all at one step': indexes.map((index) => ({ ...counted(index), step: 5 })),
  'with repeated steps and times': indexes.map((index) => ({ ...counted(Math.floor(index / 3)), value: index % 3 })),
  'with steps far apart at the end': indexes.map((index) => ({
    ...counted(index),
    step: index < 8000 ? index : index ** 3,
  })),
  'as NaN only': indexes.map((index) => ({ ...counted(index), value: Number.NaN })),
  'with times that go back': indexes.map((index) => ({
    ...counted(index),
    timestamp: 1_000_000 + ((index * 37) % 5000),
  })),
}

const compare = (a: MetricPoint, b: MetricPoint) => (isLater(a, b) ? 1 : isLater(b, a) ? -1 : 0)

function toHistory(points: readonly MetricPoint[]): MetricPoint[] {
  const sorted = points.toSorted(compare)
  return sorted.filter((point, index) => index === 0 || compare(point, sorted[index - 1] ?? point) !== 0)
}

async function log(tracking: ScratchTracking, points: readonly MetricPoint[]): Promise<RunId> {
  const runId = await tracking.addRun()
  for (let start = 0; start < points.length; start += 100) {
    const metrics = points.slice(start, start + 100).map((point) => ({ key: 'm', ...point }))
    await tracking.runs.logBatch(runId, { metrics })
  }
  return runId
}

/** What brute force says of the points that a bucket claims to stand for. */
function checkBucket(bucket: Bucket, points: readonly MetricPoint[], name: string): void {
  const { first, last, min, max, specials } = bucket
  assert.deepEqual([first, last], [points[0], points.at(-1)], name)
  const finite = points.map(({ value }) => value).filter(Number.isFinite)
  assert.equal(min, finite.length === 0 ? Number.NaN : Math.min(...finite), name)
  assert.equal(max, finite.length === 0 ? Number.NaN : Math.max(...finite), name)
  const has = (wanted: number, flag: number) =>
    points.some(({ value }) => Object.is(value, wanted)) === ((specials & flag) !== 0)
  assert.ok(has(Number.NaN, specialValues.nan), name)
  assert.ok(has(Infinity, specialValues.infinity) && has(-Infinity, specialValues.minusInfinity), name)
}

/** Every bucket is true, none is wider than two cells, and together they hold each point of the window once. */
function checkBuckets(buckets: readonly Bucket[], history: readonly MetricPoint[], query: WindowQuery, name: string) {
  let next = history.findIndex((point) => comparePoints(point, buckets[0]?.first ?? point) === 0)
  const before = history.slice(0, next)
  for (const bucket of buckets) {
    const end = history.findIndex((point, index) => index >= next && comparePoints(point, bucket.last) === 0) + 1
    checkBucket(bucket, history.slice(next, end), name)
    next = end
  }
  const { axis, from = -Infinity, to = Infinity } = query
  const isOutside = (point: MetricPoint) => point[axis] < from || point[axis] > to
  assert.ok(before.every(isOutside) && history.slice(next).every(isOutside), `${name}: points are missing`)
}

const windows: readonly WindowQuery[] = [
  { axis: 'step', maxBuckets: 50, maxPoints: 100 },
  { axis: 'step', maxBuckets: 700, maxPoints: 100 },
  { axis: 'step', from: 4000, to: 4999, maxBuckets: 40, maxPoints: 100 },
  { axis: 'step', from: 4321, to: 4322, maxBuckets: 40, maxPoints: 100 },
  { axis: 'step', from: -5, to: 100_000_000_000, maxBuckets: 30, maxPoints: 10 },
  { axis: 'step', from: 10.5, to: 2500.5, maxBuckets: 300, maxPoints: 600 },
  { axis: 'timestamp', maxBuckets: 60, maxPoints: 100 },
  { axis: 'timestamp', from: 1_010_000, to: 1_030_000, maxBuckets: 60, maxPoints: 100 },
]

/** The token of a page as MLflow makes them, which count. */
function withoutPlace(token: string): string {
  const { offset }: { offset: number } = JSON.parse(Buffer.from(token, 'base64').toString())
  return Buffer.from(JSON.stringify({ offset })).toString('base64')
}

describe('a long series', () => {
  for (const [name, points] of Object.entries(orders)) {
    it(`that was logged ${name} comes back whole, in pages, and in windows that tell the truth`, async () => {
      await using tracking = await openScratchTracking()
      const runId = await log(tracking, points)
      const history = toHistory(points)
      assert.deepEqual((await tracking.runs.metricHistory(runId, 'm')).items, history)

      for (const toToken of [(token: string) => token, withoutPlace]) {
        const paged: MetricPoint[] = []
        for (let pageToken: string | undefined = ''; pageToken !== undefined;) {
          const page: PointsPage = await tracking.runs.metricPoints(runId, 'm', { limit: 700, pageToken })
          paged.push(...Array.from(page.points.steps, (_, index) => getPoint(page.points, index)))
          pageToken = page.nextPageToken && toToken(page.nextPageToken)
        }
        assert.deepEqual(paged, history)
      }

      const isBackAndForth = name === 'with times that go back'
      for (const query of windows) {
        const what = `${name}, ${JSON.stringify(query)}`
        const window = await tracking.read((sql) => readWindow(sql, 1, query))
        const { axis, from = -Infinity, to = Infinity } = query
        const inside = history.filter((point) => point[axis] >= from && point[axis] <= to)
        if (window.kind === 'points') {
          const found = Array.from(window.points.steps, (_, index) => getPoint(window.points, index))
          assert.deepEqual(found, inside, what)
          assert.ok(inside.length <= query.maxPoints, what)
        } else {
          assert.ok(window.buckets.length <= query.maxBuckets, `${what}: ${window.buckets.length} buckets`)
          if (!(isBackAndForth && axis === 'timestamp')) checkBuckets(window.buckets, history, query, what)
          const cell = findWidth(inside, query) / query.maxBuckets
          const isNarrow = (bucket: Bucket) => extentOf(bucket, axis).end - extentOf(bucket, axis).start <= 2 * cell
          if (!isBackAndForth) assert.ok(window.buckets.every(isNarrow), `${what}: a bucket is too wide`)
        }
      }
    })
  }

  it('keeps only its newest points apart from the chunks', async () => {
    await using tracking = await openScratchTracking()
    await log(tracking, shuffled.map(counted))
    // What is read is settled before.
    await tracking.runs.countActive()
    const row = await tracking.read((sql) => sql.get('select count(*) as count from points'))
    assert.ok(Number(row?.['count']) < 1200, `${row?.['count']} loose points`)
    const levels = await tracking.read((sql) =>
      sql.all('select level, sum(count) as count from chunks group by level order by level'),
    )
    assert.ok(levels.length >= 2)
    assert.equal(Number(levels[0]?.['count']) + Number(row?.['count']) >= length, true)
  })
})

function findWidth(points: readonly MetricPoint[], { axis, from, to }: WindowQuery): number {
  const xs = points.map((point) => point[axis])
  return (to ?? Math.max(...xs)) - (from ?? Math.min(...xs))
}
