import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assert as assertProperty, constantFrom, integer, property, record } from 'fast-check'
import { formatGoal, formatMeasure, judgeGoal, type MeasureName, measures, parseGoal } from './goals.ts'

describe('a goal', () => {
  it('is a measure with a limit in its unit', () => {
    for (const [text, measure, limit] of [
      ['accuracy-drop<=1%', 'accuracy-drop', 0.01],
      [' p99 ≤ 20 ms ', 'p99', 20],
      ['p50<=1.5s', 'p50', 1500],
      ['start-up<=500us', 'start-up', 0.5],
      ['size<=10MB', 'size', 10 * 2 ** 20],
      ['speedup>=1x', 'speedup', 1],
      ['agreement ≥ 99%', 'agreement', 0.99],
      ['throughput>=200/s', 'throughput', 200],
      ['max-error<=1e-3', 'max-error', 0.001],
      ['float-nodes<=0', 'float-nodes', 0],
    ] as const) {
      assert.deepEqual(parseGoal(text), { measure, limit }, text)
    }
  })

  it('says what can be written in place of what cannot be read', () => {
    for (const [text, message, hint] of [
      ['accuracy', /is no measure with a limit/, /accuracy-drop<=1%/],
      ['toString<=1%', /there is no measure “toString”/, /There are: accuracy-drop, /],
      ['accuracy-drop>=1%', /of accuracy-drop less is better/, /Write accuracy-drop<=1%/],
      ['accuracy-drop<=1', /“1” is no share/, /1%/],
      ['p99<=20', /“20” is no time/, /20ms/],
      ['p99<=20toString', /is no time/, /20ms/],
      ['p99<=-1ms', /is no time/, /20ms/],
      ['size<=big', /is no size/, /10MB/],
      ['float-nodes<=1.5', /is no count/, /3/],
      ['speedup>=1e999', /is no ratio/, /1\.5x/],
    ] as const) {
      assert.throws(() => parseGoal(text), { code: 'INVALID_PARAMETER_VALUE', message, hint }, text)
    }
  })

  it('is read again as it was written', () => {
    // SAFETY: the names that it has.
    const names = Object.keys(measures) as MeasureName[]
    const goals = record({
      measure: constantFrom(...names),
      limit: integer({ min: 1, max: 9999 }),
    })
    assertProperty(
      property(goals, ({ measure, limit }) => {
        const goal = { measure, limit: measures[measure].unit === 'share' ? limit / 10_000 : limit }
        assert.deepEqual(parseGoal(formatGoal(goal)), goal)
      }),
    )
  })

  it('is met on its side of the limit, and surely when all of the interval lies there', () => {
    const judge = (text: string, measure: MeasureName, value: number, interval?: readonly [number, number]) => {
      const { isMet, isSure, shortfall } = judgeGoal(parseGoal(text), new Map([[measure, { value, interval }]]))
      return [isMet, isSure, Number(shortfall.toFixed(6))]
    }
    assert.deepEqual(judge('p99<=20ms', 'p99', 20), [true, true, 0])
    assert.deepEqual(judge('p99<=20ms', 'p99', 25), [false, true, 0.25])
    assert.deepEqual(judge('accuracy-drop<=1%', 'accuracy-drop', 0.005, [-0.01, 0.02]), [true, false, 0])
    assert.deepEqual(judge('accuracy-drop<=1%', 'accuracy-drop', -0.1, [-0.2, 0]), [true, true, 0])
    assert.deepEqual(judge('agreement>=99%', 'agreement', 0.9, [0.85, 0.93]), [false, true, 0.090909])
    assert.deepEqual(judge('float-nodes<=0', 'float-nodes', 3), [false, true, 3])
  })

  it('is not met by what was not measured', () => {
    const goal = parseGoal('accuracy-drop<=1%')
    assert.deepEqual(judgeGoal(goal, new Map()).isMet, false)
    assert.deepEqual(judgeGoal(goal, new Map([['accuracy-drop', { value: Number.NaN }]])).shortfall, Infinity)
  })

  it('shows its values with their units', () => {
    assert.equal(formatMeasure('accuracy-drop', 0.01234), '1.234%')
    assert.equal(formatMeasure('size', 10 * 2 ** 20), '10 MiB')
    assert.equal(formatMeasure('p99', 3.14159), '3.142 ms')
    assert.equal(formatMeasure('speedup', 1.5), '1.5x')
  })
})
