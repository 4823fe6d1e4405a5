import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assert as assertProperty, constantFrom, float, integer, property, record } from 'fast-check'
import { quantizeSymmetric } from './quantize-symmetric.ts'

describe('a matrix of integers around zero', () => {
  it('is at most half a step from what it was, and uses its range up', () => {
    const cases = record({
      rows: integer({ min: 1, max: 20 }),
      columns: integer({ min: 1, max: 20 }),
      most: constantFrom(127 as const, 64 as const),
      owner: constantFrom('row' as const, 'column' as const, 'matrix' as const),
      spread: float({ min: Math.fround(1e-3), max: 100, noNaN: true }),
    })
    assertProperty(
      property(cases, ({ rows, columns, most, owner, spread }) => {
        const values = Float32Array.from({ length: rows * columns }, (_, index) => Math.sin(index * 3.7 + 1) * spread)
        const packed = quantizeSymmetric({ values, rows, columns, rowStride: columns, columnStride: 1 }, most, owner)
        let greatest = 0
        for (const [index, value] of packed.values.entries()) {
          const [row, column] = [Math.floor(index / columns), index % columns]
          const scale = packed.scales[owner === 'row' ? row : owner === 'column' ? column : 0] ?? 0
          assert.ok(Math.abs(value * scale - (values[index] ?? 0)) <= scale * 0.5001)
          greatest = Math.max(greatest, Math.abs(value))
        }
        assert.equal(greatest, most)
        assert.equal(packed.scales.length, owner === 'row' ? rows : owner === 'column' ? columns : 1)
      }),
    )
  })

  it('rounds halves to even, and has a scale of one where there is nothing', () => {
    const values = Float32Array.of(127, 0.5, 1.5, 2.5, -0.5, -2.5, 0, 0)
    const { values: rounded, scales } = quantizeSymmetric(
      { values, rows: 1, columns: 8, rowStride: 8, columnStride: 1 },
      127,
      'row',
    )
    assert.deepEqual([...rounded], [127, 0, 2, 2, 0, -2, 0, 0])
    assert.deepEqual([...scales], [1])
    const nothing = quantizeSymmetric(
      { values: new Float32Array(4), rows: 2, columns: 2, rowStride: 2, columnStride: 1 },
      127,
      'column',
    )
    assert.deepEqual([...nothing.scales, ...nothing.values], [1, 1, 0, 0, 0, 0])
  })
})
