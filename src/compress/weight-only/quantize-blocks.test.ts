import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assert as assertProperty, boolean, constantFrom, float, integer, property, record } from 'fast-check'
import { unpackBits } from '../../onnx/elements/packed-integers.ts'
import { type BlockSettings, quantizeBlocks, type QuantizedBlocks } from './quantize-blocks.ts'

interface Size {
  readonly rows: number
  readonly columns: number
}

/** As the operator reads them, one weight after the other, row by row. */
function restore(
  packed: QuantizedBlocks,
  { rows, columns }: Size,
  { bits, blockSize }: BlockSettings,
): readonly number[] {
  const blocks = Math.ceil(rows / blockSize)
  const numbers = (bytes: Uint8Array) => (bits === 8 ? bytes : unpackBits(bytes, bytes.length * 2, 4, false))
  const values = numbers(packed.values)
  const zeros = packed.zeroPoints && numbers(packed.zeroPoints)
  const zerosOfColumn = bits === 8 ? blocks : Math.ceil(blocks / 2) * 2
  return Array.from({ length: rows * columns }, (_, index) => {
    const [row, column] = [Math.floor(index / columns), index % columns]
    const block = Math.floor(row / blockSize)
    const zero = zeros?.[column * zerosOfColumn + block] ?? 2 ** (bits - 1)
    return ((values[column * blocks * blockSize + row] ?? 0) - zero) * (packed.scales[column * blocks + block] ?? 0)
  })
}

const settings = record({
  bits: constantFrom(4 as const, 8 as const),
  blockSize: constantFrom(16, 32),
  isSymmetric: boolean(),
})

describe('weights in blocks', () => {
  it('are at most half a step from what they were, a whole one at the upper end of a symmetric range, and zeros stay', () => {
    const cases = record({
      rows: integer({ min: 1, max: 70 }),
      columns: integer({ min: 1, max: 5 }),
      shift: float({ min: -2, max: 2, noNaN: true }),
      seed: integer({ min: 1, max: 1e6 }),
    })
    assertProperty(
      property(cases, settings, ({ rows, columns, shift, seed }, how) => {
        const values = Float32Array.from({ length: rows * columns }, (_, index) =>
          index % 7 === 0 ? 0 : Math.sin(seed * (index + 1)) + shift,
        )
        const packed = quantizeBlocks({ values, rows, columns, rowStride: columns, columnStride: 1 }, how)
        for (const [index, restored] of restore(packed, { rows, columns }, how).entries()) {
          const [row, column] = [Math.floor(index / columns), index % columns]
          const blocks = Math.ceil(rows / how.blockSize)
          const step = Math.abs(packed.scales[column * blocks + Math.floor(row / how.blockSize)] ?? 0)
          const distance = Math.abs(restored - (values[index] ?? 0))
          assert.ok(
            distance <= step * (how.isSymmetric ? 1 : 0.5) + 1e-5,
            `${values[index]} became ${restored} with a step of ${step}`,
          )
          if (values[index] === 0) assert.equal(Math.abs(restored), 0)
        }
      }),
    )
  })

  it('are the same whether the matrix lies by rows or by columns', () => {
    const values = Float32Array.from({ length: 6 * 40 }, (_, index) => Math.sin(index))
    const across = Float32Array.from(
      { length: 6 * 40 },
      (_, index) => values[(index % 40) * 6 + Math.floor(index / 40)] ?? 0,
    )
    const how = { bits: 4, blockSize: 16, isSymmetric: false } as const
    assert.deepEqual(
      quantizeBlocks({ values: across, rows: 40, columns: 6, rowStride: 1, columnStride: 40 }, how),
      quantizeBlocks({ values, rows: 40, columns: 6, rowStride: 6, columnStride: 1 }, how),
    )
  })

  it('are those that ONNX Runtime’s own quantizer makes', () => {
    // onnxruntime 1.32, quantize_matmul_4bits and quantize_matmul_8bits, of these weights in one block of 16.
    const values = Float32Array.from({ length: 16 }, (_, index) => Math.fround((index - 6) / 10))
    const matrix = { values, rows: 16, columns: 1, rowStride: 1, columnStride: 1 }
    const four = quantizeBlocks(matrix, { bits: 4, blockSize: 16, isSymmetric: false })
    assert.equal(Buffer.from(four.values).toString('hex'), '1032547698badcfe')
    assert.deepEqual([...four.scales, ...(four.zeroPoints ?? [])], [0.10000000149011612, 134])
    const eight = quantizeBlocks(matrix, { bits: 8, blockSize: 16, isSymmetric: true })
    assert.equal(Buffer.from(eight.values).toString('hex'), 'd5c7b9ab9c8e8072645547392b1c0e00')
    assert.deepEqual([...eight.scales], [-0.007031249813735485])
  })
})
