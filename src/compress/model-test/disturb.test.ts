import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { TensorValue } from '../../onnx/tensor-value.ts'
import { canDisturb, disturbances, disturbFeeds } from './disturb.ts'
import { toNumbers } from './numbers.ts'

const count = 4000
/** 0, 1, 2, 3, 4 and again: of deviation √2. */
const steps = Float32Array.from({ length: count }, (_, index) => index % 5)
const feeds = new Map<string, TensorValue>([
  ['x', { dtype: 'float32', dims: [count], data: steps }],
  ['ids', { dtype: 'int64', dims: [2], data: BigInt64Array.of(1n, 2n) }],
])

function changes(name: string, given = feeds): readonly number[] {
  const disturbance = disturbances.find((each) => each.name === name)
  assert.ok(disturbance)
  const disturbed = disturbFeeds(given, disturbance, 1)
  assert.equal(disturbed.get('ids'), given.get('ids'))
  const value = disturbed.get('x')
  const numbers = value && toNumbers(value)
  const before = given.get('x')
  const others = before && toNumbers(before)
  return Array.from(numbers ?? [], (number, index) => number - (others?.[index] ?? 0))
}

describe('a disturbance of inputs', () => {
  const deviationOf = (values: readonly number[]) =>
    Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length)

  it('is as strong as it says', () => {
    assert.ok(Math.abs(deviationOf(changes('noise')) / Math.SQRT2 - 0.1) < 0.01)
    assert.ok(Math.abs(deviationOf(changes('strong-noise')) / Math.SQRT2 - 0.5) < 0.05)
    for (const change of changes('shift')) assert.ok(Math.abs(change - Math.SQRT2 / 2) < 1e-5)
    assert.deepEqual(changes('scale').slice(0, 5), [0, 0.5, 1, 1.5, 2])
    // Four values in five are not 0 before.
    assert.ok(Math.abs(changes('missing').filter(Boolean).length / count - 0.08) < 0.02)
    const far = changes('extremes').filter((change) => Math.abs(change) >= 36)
    assert.ok(Math.abs(far.length / count - 0.05) < 0.02)
  })

  it('is the same each time, and leaves what it is given as it is', () => {
    const before = steps.slice()
    assert.deepEqual(changes('noise'), changes('noise'))
    assert.deepEqual(steps, before)
  })

  it('makes NaNs of missing values where the data has some, and nothing of integers', () => {
    const holes = new Map(feeds).set('x', { dtype: 'float32', dims: [3], data: Float32Array.of(1, Number.NaN, 2) })
    const many = new Map(feeds).set('x', { dtype: 'float32', dims: [count], data: steps.with(0, Number.NaN) })
    assert.ok(changes('missing', many).filter(Number.isNaN).length > count * 0.07)
    assert.equal(changes('shift', holes).length, 3)
    assert.equal(canDisturb(feeds), true)
    assert.equal(canDisturb(new Map([...feeds].filter(([name]) => name === 'ids'))), false)
  })

  it('keeps to what halves can hold', () => {
    const half: TensorValue = { dtype: 'float16', dims: [1], data: Uint16Array.of(0x7bff) }
    assert.deepEqual(changes('scale', new Map([['x', half]])), [0])
  })
})
