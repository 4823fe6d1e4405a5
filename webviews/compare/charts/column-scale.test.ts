import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createColumnScale, isPositive, toRampColor } from './column-scale.ts'

const options = { isLog: false, start: 0, end: 100, maxTicks: 5 }

describe('the scale of a column', () => {
  it('puts numbers by their size, and those that are missing nowhere', () => {
    const scale = createColumnScale([0, 10, undefined], options)
    assert.equal(Math.round(scale.place(5) ?? 0), 50)
    assert.deepEqual([scale.place(undefined), scale.place(Number.NaN)], [undefined, undefined])
  })

  it('gives each text a place of its own', () => {
    const scale = createColumnScale(['sgd', 'adam', 'sgd'], options)
    assert.deepEqual([scale.place('adam'), scale.place('sgd')], [25, 75])
    assert.deepEqual(
      scale.ticks.map(({ label }) => label),
      ['adam', 'sgd'],
    )
  })

  it('can be logarithmic where all numbers are positive', () => {
    assert.equal(isPositive([1e-4, undefined, 0.1]), true)
    assert.equal(isPositive([0, 1]), false)
    const scale = createColumnScale([1e-4, 1e-2], { ...options, isLog: true })
    assert.equal(Math.round(scale.place(1e-3) ?? 0), 50)
  })
})

it('colours run from dark to bright', () => {
  assert.equal(toRampColor(0), 'rgb(68, 1, 84)')
  assert.equal(toRampColor(2), 'rgb(253, 231, 37)')
})
