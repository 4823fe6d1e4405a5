import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { RunId } from '../../../src/protocol/ids.ts'
import { type CurveStrip, toStrip } from '../../shared/chart/curve-strip.ts'
import type { CurveLine } from './curve-line.ts'
import { groupCurves, valueAt } from './group-curves.ts'

function points(xs: readonly number[], values: readonly number[]): CurveStrip {
  const strip = toStrip({ kind: 'points', xs: Float64Array.from(xs), values: Float64Array.from(values) })
  assert.ok(strip !== undefined)
  return strip
}

const line = (name: string, strip: CurveStrip, key = 'loss'): CurveLine => ({
  // SAFETY: these functions only pass the id on.
  run: { runId: name as RunId, name, color: '#000000' },
  key,
  dash: [],
  strip,
})
const window = { min: 0, max: 2 }
const groupOf = ({ run }: CurveLine) => (run.name === 'out' ? undefined : { name: 'adam', color: '#123456' })

describe('a group of curves', () => {
  const lines = [line('a', points([0, 1, 2], [0, 2, 4])), line('b', points([0, 1, 2], [2, 6, 4]))]

  it('is drawn as its mean, with a band from the least to the greatest value', () => {
    const [made, ...rest] = groupCurves(lines, groupOf, 'range', window)
    assert.equal(rest.length, 0)
    assert.deepEqual([...(made?.strip.firsts ?? [])], [1, 4, 4])
    assert.deepEqual([...(made?.band?.mins ?? [])], [0, 2, 4])
    assert.deepEqual([...(made?.band?.maxs ?? [])], [2, 6, 4])
    assert.equal(made?.run.name, 'adam')
    assert.deepEqual([...(made?.members ?? [])], ['a', 'b'])
  })

  it('can have a band of one standard deviation', () => {
    const [made] = groupCurves(lines, groupOf, 'deviation', window)
    assert.deepEqual([...(made?.band?.mins ?? [])], [0, 2, 4])
    assert.deepEqual([...(made?.band?.maxs ?? [])], [2, 6, 4])
  })

  it('takes curves of other steps from the line between their points, and leaves out what they do not reach', () => {
    const [made] = groupCurves(
      [line('a', points([0, 2], [0, 4])), line('b', points([1], [10]))],
      groupOf,
      'range',
      window,
    )
    assert.deepEqual([...(made?.strip.starts ?? [])], [0, 1, 2])
    assert.deepEqual([...(made?.strip.firsts ?? [])], [0, 6, 4])
  })

  it('keeps a spike of a single point in its band, however long the curves are', () => {
    const xs = Array.from({ length: 5000 }, (_, step) => step)
    const spiky = points(
      xs,
      xs.map((step) => (step === 1234 ? 99 : 0)),
    )
    const [made] = groupCurves([line('a', spiky)], groupOf, 'range', { min: 0, max: 4999 })
    assert.equal(made?.strip.starts.length, 512)
    assert.equal(Math.max(...(made?.band?.maxs ?? [])), 99)
  })

  it('has a line for each metric, and none for runs without a group', () => {
    const mixed = [line('a', points([0], [1])), line('a', points([0], [2]), 'accuracy'), line('out', points([0], [3]))]
    assert.deepEqual(
      groupCurves(mixed, groupOf, 'range', window).map(({ key }) => key),
      ['loss', 'accuracy'],
    )
  })
})

it('a curve has no value outside of its ends', () => {
  const strip = points([1, 3], [10, 30])
  assert.deepEqual(
    [0, 1, 2, 3, 4].map((x) => valueAt(strip, x)),
    [Number.NaN, 10, 20, 30, Number.NaN],
  )
})
