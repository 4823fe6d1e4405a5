import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { RunId } from '../../../src/protocol/ids.ts'
import { toStrip } from '../../shared/chart/curve-strip.ts'
import type { CurveLine } from './curve-line.ts'
import { smoothStrip } from './curve-line.ts'
import { findBest, findTrend, summarizeCurve } from './curve-summary.ts'

function line(values: readonly number[], name = 'a'): CurveLine {
  const xs = Float64Array.from(values.keys())
  const strip = toStrip({ kind: 'points', xs, values: Float64Array.from(values) })
  assert.ok(strip !== undefined)
  // SAFETY: these functions only pass the id on.
  return { run: { runId: name as RunId, name, color: '#000000' }, key: 'loss', dash: [], strip }
}

const summarized = (values: readonly number[], name?: string) => {
  const made = line(values, name)
  return { line: made, summary: summarizeCurve(made.strip, 'minimize') }
}

describe('the summary of a curve', () => {
  it('names first, last, least, greatest and best value, and where the best is', () => {
    const { first, last, min, max, best, bestIndex } = summarizeCurve(line([3, 1, 2, 1]).strip, 'minimize')
    assert.deepEqual([first, last, min, max, best, bestIndex], [3, 1, 1, 3, 1, 1])
    assert.equal(summarizeCurve(line([3, 1, 2, 1]).strip, 'maximize').best, 3)
  })

  it('passes over what is not finite', () => {
    const { first, last, lastIndex } = summarizeCurve(line([Number.NaN, 5, 4, Infinity]).strip, 'maximize')
    assert.deepEqual([first, last, lastIndex], [5, 4, 2])
  })

  it('has nothing to say of a curve without finite values', () => {
    const { best, bestIndex, lastIndex } = summarizeCurve(line([Number.NaN]).strip, 'maximize')
    assert.ok(Number.isNaN(best))
    assert.deepEqual([bestIndex, lastIndex], [-1, -1])
  })
})

it('the best of several curves has the best value', () =>
  assert.equal(
    findBest([summarized([3, 2], 'a'), summarized([9, 1], 'b'), summarized([Number.NaN], 'c')], 'minimize')?.line.run
      .name,
    'b',
  ))

it('a trend is what most curves do', () => {
  assert.equal(findTrend([summarized([3, 2]), summarized([5, 1]), summarized([4, 1])]), 'falling')
  assert.equal(findTrend([summarized([3, 2]), summarized([1, 5])]), 'mixed')
})

it('a smoothed curve stands in the middle of its stretches', () => {
  const numbers = (...list: number[]) => Float64Array.from(list)
  const stretches = { starts: numbers(0, 10), ends: numbers(8, 18), firsts: numbers(1, 3), lasts: numbers(3, 5) }
  const strip = { ...stretches, mins: numbers(0, 0), maxs: numbers(9, 9), specials: new Uint8Array(2), isExact: false }
  const { starts, firsts } = smoothStrip(strip, 0)
  assert.deepEqual(
    [[...starts], [...firsts]],
    [
      [4, 14],
      [2, 4],
    ],
  )
})
