import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { decodeChunk, encodeChunk, isChunkWhole } from './chunk-codec.ts'
import { type Points, toPoints } from './points.ts'

const safe = { min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER }
const integers = fc.oneof(fc.integer({ min: -300, max: 300 }), fc.integer({ min: 0, max: 2 ** 33 }), fc.integer(safe))
const points = fc
  .array(fc.record({ step: integers, timestamp: integers, value: fc.oneof(fc.double(), fc.float(), integers) }))
  .map(toPoints)

function sizeOf(points: Points): number {
  return encodeChunk(points).byteLength
}

const count = 512
const series = (step: (i: number) => number, timestamp: (i: number) => number, value: (i: number) => number): Points =>
  toPoints(Array.from({ length: count }, (_, i) => ({ step: step(i), timestamp: timestamp(i), value: value(i) })))

describe('a chunk', () => {
  it('gives back every double of every column, wherever its bytes lie', () => {
    fc.assert(
      fc.property(points, fc.nat(9), (points, shift) => {
        const bytes = encodeChunk(points)
        const moved = new Uint8Array(bytes.byteLength + shift)
        moved.set(bytes, shift)
        assert.deepEqual(decodeChunk(moved.subarray(shift)), points)
      }),
    )
  })

  it('takes 8 bytes a point and 2 for its time when steps are counted', () => {
    const size = sizeOf(
      series(
        Number,
        (i) => 1_700_000_000_000 + i * 1000 + (i % 7),
        (i) => Math.sin(i),
      ),
    )
    assert.ok(size < count * 10.1, `${size / count} bytes a point`)
  })

  it('takes 4 bytes for a value of single precision, and next to nothing for a constant', () => {
    const time = (i: number) => 1_700_000_000_000 + i * 100
    assert.ok(
      sizeOf(
        series(
          (i) => i * 50,
          time,
          (i) => Math.fround(Math.sin(i)),
        ),
      ) <
        count * 4.2,
    )
    assert.ok(
      sizeOf(
        series(
          (i) => i * 50,
          time,
          () => 3,
        ),
      ) < 100,
    )
  })

  it('is known not to be whole once any bit of it has flipped', () => {
    fc.assert(
      fc.property(points, fc.nat(), fc.nat(7), (points, at, bit) => {
        const bytes = encodeChunk(points)
        assert.ok(isChunkWhole(bytes))
        const [index, end] = [at % bytes.length, bytes.length - 4]
        const flipped = bytes.with(index, (bytes[index] ?? 0) ^ (1 << bit))
        // The last four bytes fill up, and the seventh may say that there is no checksum.
        fc.pre(index < end && flipped[7] !== 1)
        assert.ok(!isChunkWhole(flipped))
      }),
    )
  })

  it('of the first version, which has no checksum, is read', () => {
    const points = series(Number, Number, Number)
    const bytes = encodeChunk(points)
    const first = bytes.subarray(0, -8).with(7, 1)
    assert.ok(isChunkWhole(first))
    assert.deepEqual(decodeChunk(first), points)
  })

  it('is refused when its version or an encoding is unknown', () => {
    const bytes = encodeChunk(series(Number, Number, Number))
    assert.throws(() => decodeChunk(bytes.with(7, 9)), RangeError)
    assert.throws(() => decodeChunk(bytes.with(4, 99)), RangeError)
  })
})
