import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { decodeBulk, encodeBulk } from './bulk.ts'

const array = fc.oneof(fc.float64Array(), fc.float32Array(), fc.uint32Array(), fc.int32Array(), fc.uint8Array())
const value = fc.dictionary(
  fc.string().filter((key) => key !== '$array' && key !== '__proto__'),
  fc.oneof(
    array,
    fc.string(),
    fc.integer(),
    fc.constantFrom(Number.NaN, Infinity, -Infinity),
    fc.constant(null),
    fc.array(fc.record({ numbers: array, name: fc.string() }, { noNullPrototype: true })),
  ),
  { noNullPrototype: true },
)

describe('a bulk result', () => {
  it('comes back with every array to the bit, wherever its bytes lie', () => {
    fc.assert(
      fc.property(value, fc.nat(9), (value, shift) => {
        const bytes = encodeBulk(value)
        const moved = new Uint8Array(bytes.byteLength + shift)
        moved.set(bytes, shift)
        assert.deepEqual(decodeBulk(moved.subarray(shift)), value)
      }),
    )
  })

  it('that is cut off is refused', () => {
    const bytes = encodeBulk({ numbers: Float64Array.of(1, 2, 3) })
    for (const length of [0, 3, 10, bytes.byteLength - 1]) {
      assert.throws(() => decodeBulk(bytes.subarray(0, length)))
    }
  })
})
