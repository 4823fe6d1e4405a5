import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { getNumber } from '../../store/row.ts'
import { openScratchTracking } from '../scratch-tracking.ts'
import { loadSeries } from './load-series.ts'
import { createPoints, type Points } from './points.ts'
import { extentOf, readWindow, type Window, type WindowQuery } from './window.ts'

const length = 19_532 * 512
const partLength = 64 * 512
const startTime = 1_700_000_000_000

/** At both ends, at the borders of chunks and of what sums them up, and anywhere between; in step order. */
const spikes = [0, 511, 512, 4096 * 512 - 1, 4096 * 512, 777_777, 5_000_000, 5_000_001, 9_123_456, length - 1]
  .toSorted((a, b) => a - b)
  .map((step, index) => ({ step, value: (index % 2 === 0 ? 1 : -1) * (1000 + index) }))

function createPart(from: number): Points {
  const points = createPoints(partLength)
  for (let index = 0; index < partLength; index++) {
    const step = from + index
    points.steps[index] = step
    points.timestamps[index] = startTime + step * 10
    points.values[index] = Math.fround(Math.sin(step / 1e5) + 0.1 * Math.sin(step * 1.7))
  }
  for (const { step, value } of spikes) if (step >= from && step < from + partLength) points.values[step - from] = value
  return points
}

async function openLong() {
  const tracking = await openScratchTracking()
  await tracking.addRun({ metrics: [{ key: 'loss', step: -1, timestamp: startTime - 10, value: 0 }] })
  const seriesRowId = getNumber((await tracking.read((sql) => sql.get('select id from series'))) ?? {}, 'id')
  for (let from = 0; from < length; from += partLength) {
    const points = createPart(from)
    const part = Math.min(partLength, length - from)
    const cut = (column: Float64Array) => column.subarray(0, part)
    const { steps, timestamps, values } = points
    await tracking.write((sql) =>
      loadSeries(sql, seriesRowId, { steps: cut(steps), timestamps: cut(timestamps), values: cut(values) }),
    )
  }
  return { ...tracking, seriesRowId }
}

/** From the whole series down to a handful of points around each spike, step by step and by a hair beside. */
function* zooms(axis: WindowQuery['axis']): Generator<WindowQuery> {
  const place = (step: number) => (axis === 'step' ? step : startTime + step * 10)
  for (const maxBuckets of [1, 2, 333, 1200, 4096]) yield { axis, maxBuckets, maxPoints: 2 * maxBuckets }
  for (const { step } of spikes) {
    for (let width = length; width >= 2; width /= 7) {
      for (const share of [0, 0.37, 1]) {
        const from = place(step - share * width)
        yield { axis, from, to: from + place(width) - place(0), maxBuckets: 1200, maxPoints: 2400 }
      }
    }
  }
}

/** Whether the point is there, or lies in a bucket that goes as far: another spike of that bucket may go further. */
function shows(window: Window, axis: WindowQuery['axis'], x: number, value: number): boolean {
  if (window.kind === 'points') {
    const { steps, timestamps, values } = window.points
    return values[(axis === 'step' ? steps : timestamps).indexOf(x)] === value
  }
  return window.buckets.some((bucket) => {
    const { start, end } = extentOf(bucket, axis)
    return start <= x && x <= end && (value > 0 ? bucket.max >= value : bucket.min <= value)
  })
}

describe('single points that stand out among ten million', () => {
  it('are in every answer at every zoom', async () => {
    await using tracking = await openLong()
    let asked = 0
    for (const axis of ['step', 'timestamp'] as const) {
      for (const query of zooms(axis)) {
        const { from = -Infinity, to = Infinity } = query
        const window = await tracking.read((sql) => readWindow(sql, tracking.seriesRowId, query))
        for (const { step, value } of spikes) {
          const x = axis === 'step' ? step : startTime + step * 10
          if (x < from || x > to) continue
          assert.ok(shows(window, axis, x, value), `${value} at ${step} in ${JSON.stringify(query)}`)
        }
        asked += 1
      }
    }
    assert.ok(asked > 400)
  })
})
