import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Measurement, type MeasureName, parseGoal } from '../goals.ts'
import { withQualityGoal } from './default-goals.ts'
import { judge } from './judge.ts'

type Found = Partial<Record<MeasureName, number | Measurement>>

const measured = (found: Found) =>
  new Map(
    Object.entries(found).map(([name, value]) => [
      // SAFETY: the names that Found has.
      name as MeasureName,
      typeof value === 'number' ? { value } : value,
    ]),
  )

const original = measured({ size: 100, speedup: 1 })
const verdictOf = (goals: readonly string[], found: Found) => judge(goals.map(parseGoal), measured(found), original)

describe('the verdict on a candidate', () => {
  it('is slower where the time is longer by more than chance, or was not measured', () => {
    const isSlower = (speedup: Measurement | number | undefined) =>
      verdictOf([], { size: 50, ...(speedup === undefined ? {} : { speedup }) }).isSlower
    assert.equal(isSlower(1), false)
    assert.equal(isSlower({ value: 0.99, interval: [0.97, 1.01] }), false)
    assert.equal(isSlower({ value: 0.99, interval: [0.985, 0.995] }), true)
    // However much its times vary, such a model is not to be recommended.
    assert.equal(isSlower({ value: 0.9, interval: [0.7, 1.2] }), true)
    assert.equal(isSlower(undefined), true)
  })

  it('holds accuracy to the worse end of its interval, and times to what was measured', () => {
    const drop = (value: number, low: number, high: number): Found => ({
      speedup: 2,
      'accuracy-drop': { value, interval: [low, high] },
    })
    assert.equal(verdictOf(['accuracy-drop<=1%'], drop(0, -0.005, 0.009)).isGood, true)
    const unsure = verdictOf(['accuracy-drop<=1%'], drop(0, -0.02, 0.02))
    assert.deepEqual([unsure.isGood, unsure.qualityMiss], [false, 1])
    assert.equal(
      verdictOf(['similarity>=0.99'], { speedup: 2, similarity: { value: 1, interval: [0.98, 1] } }).isGood,
      false,
    )
    assert.equal(verdictOf(['p99<=20ms'], { speedup: 2, p99: { value: 19, interval: [15, 25] } }).isGood, true)
  })

  it('sums up what is missed, as shares of the limits', () => {
    const { miss, qualityMiss, isGood } = verdictOf(['size<=50B', 'agreement>=80%'], {
      size: 75,
      speedup: 0.5,
      agreement: 0.4,
    })
    assert.deepEqual([miss, qualityMiss, isGood], [0.5 + 0.5 + 1, 0.5, false])
    assert.equal(verdictOf(['memory<=1MB'], { speedup: 2 }).miss, Infinity)
  })

  it('has a cost by size and time alike', () => {
    assert.equal(verdictOf([], { size: 25, speedup: 1 }).cost, 0.5)
    assert.equal(verdictOf([], { size: 100, speedup: 4 }).cost, 0.5)
  })
})

describe('goals', () => {
  it('have one of accuracy among them, by what the data tells', () => {
    const add = (goals: readonly string[], found: Found) =>
      withQualityGoal(goals.map(parseGoal), measured(found)).map(({ measure }) => measure)
    assert.deepEqual(add(['p99<=1ms'], { 'accuracy-drop': 0, similarity: 1 }), ['accuracy-drop', 'p99'])
    assert.deepEqual(add([], { 'error-increase': 0, similarity: 1 }), ['error-increase'])
    assert.deepEqual(add([], { 'accuracy-drop': Number.NaN, similarity: 1 }), ['similarity'])
    assert.deepEqual(add(['agreement>=90%'], { 'accuracy-drop': 0 }), ['agreement'])
  })

  it('asks for outputs that are alike where there are too few labels for a bound on what is lost', () => {
    const measureOf = (high: number) => {
      const drop = { value: 0, interval: [-high, high] } as const
      return withQualityGoal([], measured({ 'accuracy-drop': drop, similarity: 1 })).map(({ measure }) => measure)
    }
    assert.deepEqual([measureOf(0.009), measureOf(0.03)], [['accuracy-drop'], ['similarity']])
    const drop = { value: 0, interval: [-0.03, 0.03] } as const
    assert.equal(withQualityGoal([], measured({ 'accuracy-drop': drop }))[0]?.measure, 'accuracy-drop')
  })
})
