import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { describeQuality } from './quality.ts'
import { scoreAnswers } from './score-answers.ts'
import { scoreErrors } from './score-errors.ts'

const repeat = (count: number, text: string) => Array<string>(count).fill(text)

describe('how right two models are', () => {
  // Of class a both know 6, the original alone 3 and the candidate alone 1; of class b both know all.
  const answers = {
    right: [...repeat(10, 'a'), ...repeat(10, 'b')],
    original: [...repeat(9, 'a'), 'b', ...repeat(10, 'b')],
    candidate: [...repeat(6, 'a'), ...repeat(3, 'b'), 'a', ...repeat(10, 'b')],
  }
  const seen = scoreAnswers(answers, 'labels')

  it('is counted of all samples, of each class and of each slice', () => {
    const halves = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? 'even' : 'odd'))
    const { all, classes, slices } = describeQuality(seen, 'y', new Map([['place', halves]]))
    assert.deepEqual([all.samples, all.original.value, all.candidate.value], [20, 0.95, 0.85])
    assert.ok(Math.abs(all.change.value - 0.1) < 1e-12)
    assert.deepEqual(
      classes.map(({ group, samples, change }) => [group, samples, change.value]),
      [
        ['a', 10, 0.2],
        ['b', 10, 0],
      ],
    )
    assert.deepEqual(
      slices.map(({ slicing, group, samples, change }) => [slicing, group, samples, change.value]),
      [
        ['place', 'even', 10, 0.2],
        ['place', 'odd', 10, 0],
      ],
    )
  })

  it('leaves room for a gain against labels, and none against the original’s own answers', () => {
    const [low = 0, high = 0] = describeQuality(seen, 'y', new Map()).all.change.interval ?? []
    assert.ok(low < 0 && high > 0.1)
    const { original } = answers
    const same = scoreAnswers({ right: original, original, candidate: original }, 'original')
    const { change } = describeQuality(same, 'y', new Map()).all
    assert.equal(change.value, 0)
    assert.equal(change.interval?.[0], 0)
    // Of Wilson: 1.96² / (20 + 1.96²).
    assert.ok(Math.abs((change.interval?.[1] ?? 0) - 0.1611) < 1e-4)
  })

  it('is of a regression the root of the mean squared error, and how much larger it got', () => {
    const squared = Float64Array.from({ length: 40 }, (_, index) => 1 + (index % 3))
    const errors = (by: number) => ({
      squared: squared.map((error) => error * by ** 2),
      absolute: squared.map((error) => Math.sqrt(error) * by),
    })
    const mean = Float64Array.from({ length: 40 }, (_, index) => index)
    const right = { mean, square: mean.map((value) => value ** 2) }
    const seen = { original: errors(1), candidate: errors(2), right }
    const { all, classes, others } = describeQuality(scoreErrors(seen, 'labels'), 'y', new Map())
    assert.ok(Math.abs(all.candidate.value - 2 * all.original.value) < 1e-12)
    // Each error has doubled, so whatever samples are drawn say so.
    for (const end of [all.change.value, ...(all.change.interval ?? [])]) assert.ok(Math.abs(end - 1) < 1e-12)
    assert.deepEqual(classes, [])
    const [absolute, explained] = others
    assert.ok(Math.abs((absolute?.candidate.value ?? 0) - 2 * (absolute?.original?.value ?? 0)) < 1e-12)
    // 1.975 of squared error in a variance of (40² − 1) / 12.
    assert.ok(Math.abs((explained?.original?.value ?? 0) - (1 - 1.975 / (1599 / 12))) < 1e-9)
    const own = describeQuality(scoreErrors(seen, 'original'), 'y', new Map()).all
    assert.equal(own.original.value, 0)
    assert.ok(Math.abs(own.change.value - Math.sqrt((4 * 1.975) / (1599 / 12))) < 1e-9)
  })

  it('refuses slices of what has one score for all', () => {
    const change = { original: { value: 1 }, candidate: { value: 1 }, change: { value: 0 } }
    const whole = { task: 'script', reference: 'labels', unit: 'samples', count: 1, canSlice: false } as const
    const slices = new Map([['place', ['here']]])
    assert.throws(() => describeQuality({ ...whole, compare: () => change }, 'y', slices), { code: 'BAD_REQUEST' })
  })
})
