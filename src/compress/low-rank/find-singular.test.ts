import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readTensor } from '../../onnx/tensor.ts'
import { testWeights } from '../../onnx/test-models.ts'
import { findSingular, type Matrix } from './find-singular.ts'

const { signal } = new AbortController()

function near(actual: ArrayLike<number>, expected: readonly number[], within = 1e-12): void {
  assert.equal(actual.length, expected.length)
  for (const [index, value] of Array.from(actual).entries())
    assert.ok(Math.abs(value - (expected[index] ?? Number.NaN)) <= within, `${value} at ${index}`)
}

function randomMatrix(rows: number, columns: number): Matrix {
  return { values: Array.from(readTensor(testWeights('svd', [rows, columns], 1)), Number), rows, columns }
}

/** Of A, and of what its vectors say: Vᵀ · Σ² · V is AᵀA. */
async function checkGram({ values, rows, columns }: Matrix): Promise<void> {
  const found = await findSingular({ values, rows, columns }, signal)
  const at = (row: number, column: number) => values[row * columns + column] ?? 0
  for (let a = 0; a < columns; a++) {
    for (let b = 0; b < columns; b++) {
      let [gram, again, product] = [0, 0, 0]
      for (let row = 0; row < rows; row++) gram += at(row, a) * at(row, b)
      for (const [index, vector] of found.vectors.entries()) {
        again += (found.values[index] ?? 0) ** 2 * (vector[a] ?? 0) * (vector[b] ?? 0)
      }
      for (let place = 0; place < columns; place++) {
        product += (found.vectors[a]?.[place] ?? 0) * (found.vectors[b]?.[place] ?? 0)
      }
      near([again], [gram], 1e-10)
      const isThere = (found.values[a] ?? 0) > 1e-12 && (found.values[b] ?? 0) > 1e-12
      if (isThere) near([product], [a === b ? 1 : 0], 1e-10)
    }
  }
}

describe('singular values and vectors', () => {
  it('are those that are known', async () => {
    const known = await findSingular({ values: [3, 0, 4, 5], rows: 2, columns: 2 }, signal)
    near(known.values, [Math.sqrt(45), Math.sqrt(5)])
    near(known.vectors[0]?.map(Math.abs) ?? [], [Math.SQRT1_2, Math.SQRT1_2])
    const diagonal = await findSingular({ values: [0, 2, 0, -7, 0, 0, 0, 0, 1], rows: 3, columns: 3 }, signal)
    near(diagonal.values, [7, 2, 1])
    // 1/(i + j + 1), whose values fall so fast that their squares would lose the last ones.
    const hilbert = Array.from({ length: 64 }, (_, index) => 1 / ((index >> 3) + (index & 7) + 1))
    const { values } = await findSingular({ values: hilbert, rows: 8, columns: 8 }, signal)
    assert.ok(Math.abs((values[0] ?? 0) - 1.6959389969219498) < 1e-12)
    assert.ok(Math.abs((values[7] ?? 0) / 1.11153896644e-10 - 1) < 1e-5, String(values[7]))
  })

  for (const [rows, columns] of [
    [9, 9],
    [40, 12],
    [5, 8],
    [1, 6],
    [6, 1],
  ] as const) {
    it(`make the matrix again: ${rows} × ${columns}`, async () => checkGram(randomMatrix(rows, columns)))
  }

  it('of a matrix of rank 2 are two, and of zeros none', async () => {
    const a = randomMatrix(12, 2)
    const b = randomMatrix(2, 7)
    const values = Array.from({ length: 84 }, (_, index) => {
      const [row, column] = [Math.floor(index / 7), index % 7]
      return [0, 1].reduce((sum, k) => sum + Number(a.values[row * 2 + k]) * Number(b.values[k * 7 + column]), 0)
    })
    const found = await findSingular({ values, rows: 12, columns: 7 }, signal)
    assert.ok((found.values[1] ?? 0) > 0.1)
    near(found.values.subarray(2), [0, 0, 0, 0, 0], 1e-14)
    near((await findSingular({ values: new Float32Array(6), rows: 3, columns: 2 }, signal)).values, [0, 0])
  })

  it('are not looked for any longer when nobody wants them', async () => {
    const reason = new Error('no longer wanted')
    await assert.rejects(findSingular(randomMatrix(8, 8), AbortSignal.abort(reason)), reason)
  })
})
