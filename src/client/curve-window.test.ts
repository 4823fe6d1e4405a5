import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { cutWindow } from './curve-window.ts'

const points = Array.from({ length: 1000 }, (_, step) => ({
  step,
  timestamp: 5000 + step * 10,
  value: step === 500 ? 99 : step === 700 ? Number.NaN : step === 701 ? -Infinity : Math.sin(step / 50),
}))

describe('a window of a curve that is known whole', () => {
  it('has all points while they fit, by any axis', () => {
    const few = points.slice(0, 10).toReversed()
    const step = cutWindow(few, 5000, { axis: 'step', from: 2, to: 4, buckets: 5 })
    assert.ok(step.kind === 'points')
    assert.deepEqual([...step.xs], [2, 3, 4])
    const relative = cutWindow(few, 5000, { axis: 'relative', buckets: 5 })
    assert.ok(relative.kind === 'points')
    assert.deepEqual(
      [[...relative.xs].slice(0, 2), [...(relative.steps ?? [])].slice(0, 2)],
      [
        [0, 10],
        [0, 1],
      ],
    )
  })

  it('has buckets that leave no point and no spike out', () => {
    const window = cutWindow(points, 0, { axis: 'time', buckets: 20 })
    assert.ok(window.kind === 'buckets')
    assert.equal(window.starts.length, 20)
    assert.equal(window.starts[0], 5000)
    assert.equal(window.ends.at(-1), 14_990)
    assert.equal(Math.max(...window.maxs), 99)
    assert.deepEqual([...window.specials].filter(Boolean), [5])
    const { starts, ends, firsts, mins } = window
    for (let index = 0; index < starts.length; index += 1) {
      const [start = 0, end = 0, least = Infinity] = [starts[index], ends[index], mins[index]]
      const inside = points.filter(({ timestamp }) => timestamp >= start && timestamp <= end)
      assert.equal(firsts[index], inside[0]?.value)
      assert.ok(inside.every(({ value }) => !Number.isFinite(value) || value >= least))
    }
  })

  it('says that nothing is there by an empty window', () => {
    const window = cutWindow(points, 0, { axis: 'step', from: 5000, buckets: 5 })
    assert.ok(window.kind === 'points' && window.xs.length === 0)
  })
})
