import type { Matrix } from './matrix-node.ts'

/** A matrix [rows, columns] of integers: w ≈ value · scale. */
export interface SymmetricMatrix {
  readonly values: Int8Array<ArrayBuffer>
  /** One for each row or column, or one for all. */
  readonly scales: Float32Array<ArrayBuffer>
}

/** What has a scale of its own. */
export type ScaleOwner = 'row' | 'column' | 'matrix'

/**
 * Rounds a matrix to integers around zero, so that the greatest magnitude of what has a scale becomes `most`. It counts as
 * ONNX Runtime's own quantizer does: scales in float64, then float32; quotients in float32, halves to even.
 *
 * @param most 127, or 64 for processors that lose sums of larger ones
 * @see https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html
 */
export function quantizeSymmetric(matrix: Matrix, most: 127 | 64, owner: ScaleOwner): SymmetricMatrix {
  const { values, rows, columns, rowStride, columnStride } = matrix
  const [perRow, perColumn] = [owner === 'row' ? 1 : 0, owner === 'column' ? 1 : 0]
  const greatest = new Float32Array(owner === 'row' ? rows : owner === 'column' ? columns : 1)
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const magnitude = Math.abs(values[row * rowStride + column * columnStride] ?? 0)
      const at = row * perRow + column * perColumn
      if (magnitude > (greatest[at] ?? 0)) greatest[at] = magnitude
    }
  }
  const scales = greatest.map((each) => scaleOf(each, most))
  const out = new Int8Array(rows * columns)
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const weight = values[row * rowStride + column * columnStride] ?? 0
      out[row * columns + column] = roundToEven(Math.fround(weight / (scales[row * perRow + column * perColumn] ?? 1)))
    }
  }
  return { values: out, scales }
}

/** Smallest normal float32: what is below it would be divided by next to nothing. */
const tiny = 2 ** -126

function scaleOf(greatest: number, most: number): number {
  const scale = (2 * greatest) / (2 * most)
  return scale < tiny ? 1 : scale
}

/** The nearest integer of a number of a magnitude below 2^51; a half goes to the even one. */
export function roundToEven(value: number): number {
  return value + 1.5 * 2 ** 52 - 1.5 * 2 ** 52
}
