import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type CurveWindow, specialValues } from '../protocol/curves.ts'
import { type Goal, type ReadCurve, summarizeCurve } from './curve-summary.ts'

/** A curve as the engine answers: points while they are few, else stretches of equal width with their extremes. */
function curveOf(values: readonly number[], reads: { count: number } = { count: 0 }): ReadCurve {
  return async (from = -Infinity, to = Infinity, buckets) => {
    reads.count++
    const points = values.map((value, step) => ({ step, value })).filter(({ step }) => step >= from && step <= to)
    if (points.length <= 2 * buckets) {
      return {
        kind: 'points',
        xs: Float64Array.from(points, ({ step }) => step),
        values: Float64Array.from(points, ({ value }) => value),
      }
    }
    return toBuckets(points, buckets)
  }
}

function toBuckets(points: readonly { step: number; value: number }[], count: number): CurveWindow {
  const size = Math.ceil(points.length / count)
  const groups = Array.from({ length: Math.ceil(points.length / size) }, (_, at) =>
    points.slice(at * size, (at + 1) * size),
  )
  const finite = (group: typeof points) => group.map(({ value }) => value).filter((value) => Number.isFinite(value))
  const extreme = (group: typeof points, of: (a: number, b: number) => number) =>
    finite(group).reduce((a, b) => of(a, b), finite(group)[0] ?? Number.NaN)
  return {
    kind: 'buckets',
    starts: Float64Array.from(groups, (group) => group[0]?.step ?? 0),
    ends: Float64Array.from(groups, (group) => group.at(-1)?.step ?? 0),
    firsts: Float64Array.from(groups, (group) => group[0]?.value ?? 0),
    lasts: Float64Array.from(groups, (group) => group.at(-1)?.value ?? 0),
    mins: Float64Array.from(groups, (group) => extreme(group, Math.min)),
    maxs: Float64Array.from(groups, (group) => extreme(group, Math.max)),
    specials: Uint8Array.from(groups, (group) =>
      group.some(({ value }) => Number.isNaN(value)) ? specialValues.nan : 0,
    ),
  }
}

const list = (length: number, of: (step: number) => number) => Array.from({ length }, (_, step) => of(step))

async function trendOf(values: readonly number[], goal: Goal = 'minimize') {
  return (await summarizeCurve(curveOf(values), goal))?.trend
}

describe('the summary of a curve', () => {
  it('names the trend by its last quarter against all before', async () => {
    assert.equal(await trendOf(list(100, (step) => 1 - step / 100)), 'improving')
    assert.equal(await trendOf(list(100, (step) => Math.max(0.1, 1 - step / 50))), 'plateau')
    assert.equal(await trendOf(list(100, (step) => Math.abs(step - 60) / 100)), 'worsening')
    assert.equal(await trendOf(list(100, (step) => (step < 50 ? 1 : step))), 'diverged')
    assert.equal(
      await trendOf(
        list(100, (step) => 1 - step / 100),
        'maximize',
      ),
      'diverged',
    )
    assert.equal(await trendOf(list(100, () => 3)), 'constant')
    assert.equal(await trendOf([3, 2, 1]), 'short')
  })

  it('calls a curve diverged that ends without a number, and not one that recovered', async () => {
    const falling = list(100, (step) => 1 - step / 100)
    assert.equal(await trendOf(falling.with(90, Number.NaN)), 'diverged')
    assert.equal(await trendOf(falling.with(99, Infinity)), 'diverged')
    assert.equal(await trendOf(falling.with(10, Number.NaN)), 'improving')
    assert.equal(await trendOf(list(20, () => Number.NaN)), 'empty')
  })

  it('gives first, last, extremes, the first best step, and since when it was near', async () => {
    const values = [5, Number.NaN, 3, 1, 1.02, 1, 4, 2, 3]
    const summary = await summarizeCurve(curveOf(values), 'minimize')
    assert.deepEqual(summary?.best, { value: 1, step: 3 })
    assert.deepEqual([summary?.first, summary?.last, summary?.min, summary?.max], [5, 3, 1, 5])
    assert.deepEqual([summary?.specials, summary?.pointCount], [['NaN'], { count: 9, isExact: true }])
    const rising = await summarizeCurve(curveOf(list(1001, (step) => step)), 'maximize')
    assert.deepEqual([rising?.best?.step, rising?.nearBestSince], [1000, 990])
    assert.deepEqual(rising?.samples.at(-1), { step: 1000, value: 1000 })
    assert.equal(rising?.samples.length, 12)
  })

  it('finds a single best point among many, in a few reads', async () => {
    const reads = { count: 0 }
    const values = list(200_000, (step) => Math.sin(step) + 5)
    for (const place of [0, 123_457, 199_999]) {
      const summary = await summarizeCurve(curveOf(values.with(place, 0.5), reads), 'minimize')
      assert.deepEqual(summary?.best, { value: 0.5, step: place })
      assert.equal(summary?.pointCount.isExact, false)
    }
    assert.ok(reads.count <= 3 * 6, `${reads.count} reads`)
  })

  it('looks at a range of steps alone, and says when there is nothing', async () => {
    const values = list(100, (step) => Math.abs(step - 50))
    assert.deepEqual((await summarizeCurve(curveOf(values), 'minimize', { from: 60, to: 80 }))?.best, {
      value: 10,
      step: 60,
    })
    assert.equal(await summarizeCurve(curveOf([]), 'minimize'), undefined)
    assert.equal(await summarizeCurve(async () => ({ kind: 'missing' }), 'minimize'), undefined)
  })
})
