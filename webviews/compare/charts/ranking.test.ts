import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { rankScores, toPrecisionRecallCurve, toRocCurve } from './ranking.ts'

const near = (value: number, expected: number) =>
  assert.ok(Math.abs(value - expected) < 1e-12, `${value}, not ${expected}`)

const small = { isPositive: [false, false, true, true], scores: [0.1, 0.4, 0.35, 0.8] }

describe('a ranking by scores', () => {
  it('has the ROC curve of the textbook, and its area', () => {
    const { xs, ys, thresholds, area } = toRocCurve(rankScores(small))
    assert.deepEqual([...xs], [0, 0, 0.5, 0.5, 1])
    assert.deepEqual([...ys], [0, 0.5, 0.5, 1, 1])
    assert.deepEqual([...thresholds], [Infinity, 0.8, 0.4, 0.35, 0.1])
    near(area, 0.75)
  })

  it('has the average precision without interpolation', () => {
    const { xs, ys, area } = toPrecisionRecallCurve(rankScores(small))
    assert.deepEqual([...xs], [0.5, 0.5, 1, 1])
    assert.deepEqual([...ys], [1, 0.5, 2 / 3, 0.5])
    near(area, 5 / 6)
  })

  it('counts equal scores together, whatever their order', () => {
    const tied = { isPositive: [true, false, true, false], scores: [0.5, 0.5, 0.5, 0.1] }
    const turned = { isPositive: tied.isPositive.toReversed(), scores: tied.scores.toReversed() }
    const roc = toRocCurve(rankScores(tied))
    assert.deepEqual([...roc.xs], [0, 0.5, 1])
    assert.deepEqual([...roc.ys], [0, 1, 1])
    assert.deepEqual(toRocCurve(rankScores(turned)), roc)
    near(roc.area, 0.75)
  })

  it('weighs rows', () => {
    // A row of weight 2 is the same row twice.
    const weighed = rankScores({ ...small, weights: [1, 2, 1, 1] })
    const twice = rankScores({ isPositive: [false, false, false, true, true], scores: [0.1, 0.4, 0.4, 0.35, 0.8] })
    assert.deepEqual(toRocCurve(weighed), toRocCurve(twice))
    assert.deepEqual(toPrecisionRecallCurve(weighed), toPrecisionRecallCurve(twice))
  })

  it('leaves out rows without a label, a score or a weight, and says how many', () => {
    const ranking = rankScores({
      isPositive: [true, undefined, false, true, false],
      scores: [1, 1, Number.NaN, 0.5, 0.1],
      weights: [1, 1, 1, -1, 1],
    })
    assert.equal(ranking.leftOut, 3)
    assert.deepEqual([ranking.positives, ranking.negatives], [1, 1])
  })

  it('has no area where a class is missing', () => {
    const one = rankScores({ isPositive: [true, true], scores: [0.1, 0.2] })
    assert.ok(Number.isNaN(toRocCurve(one).area))
    near(toPrecisionRecallCurve(one).area, 1)
    assert.ok(Number.isNaN(toPrecisionRecallCurve(rankScores({ isPositive: [], scores: [] })).area))
  })
})
