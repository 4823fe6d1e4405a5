import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { type Measurements, type MeasureName } from '../goals.ts'
import { chooseAxes, paretoFront } from './pareto.ts'

const axes: readonly MeasureName[] = ['size', 'p50', 'agreement']

function model(size: number, p50: number, agreement: number): Measurements {
  return new Map([
    ['size', { value: size }],
    ['p50', { value: p50 }],
    ['agreement', { value: agreement }],
  ])
}

describe('the Pareto front', () => {
  it('has what none is better than: less of cost, more of agreement', () => {
    const models = [model(10, 10, 1), model(5, 10, 1), model(5, 12, 0.9), model(5, 9, 0.9), model(5, 10, 1)]
    assert.deepEqual(paretoFront(models, axes), [1, 3])
  })

  it('beats all that is not on it, and nothing that is', () => {
    const value = fc.integer({ min: 0, max: 4 })
    const models = fc.array(fc.tuple(value, value, value), { minLength: 1, maxLength: 30 })
    const isAsGood = (a: readonly number[], b: readonly number[]) =>
      (a[0] ?? 0) <= (b[0] ?? 0) && (a[1] ?? 0) <= (b[1] ?? 0) && (a[2] ?? 0) >= (b[2] ?? 0)
    fc.assert(
      fc.property(models, (rows) => {
        const front = paretoFront(
          rows.map((row) => model(...row)),
          axes,
        )
        assert.ok(rows.every((row) => front.some((at) => isAsGood(rows[at] ?? [], row))))
        for (const first of front) {
          for (const second of front) {
            if (first !== second) assert.ok(!isAsGood(rows[first] ?? [], rows[second] ?? []))
          }
        }
      }),
    )
  })

  it('is made by what was measured of all, with one measure of quality', () => {
    const withBoth: Measurements = new Map([...model(1, 1, 1), ['accuracy-drop', { value: 0 }]])
    assert.deepEqual(chooseAxes([withBoth, withBoth]), ['size', 'p50', 'accuracy-drop'])
    assert.deepEqual(chooseAxes([withBoth, model(1, 1, 1)]), ['size', 'p50', 'agreement'])
  })
})
