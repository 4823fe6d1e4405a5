import type { Matrix } from '../matrices/matrix-node.ts'

/** A matrix [columns, rows] in blocks along its rows, as MatMulNBits takes it. */
export interface QuantizedBlocks {
  /** [columns, blocks, blockSize · bits / 8]; of values of 4 bits the first is in the low half. */
  readonly values: Uint8Array<ArrayBuffer>
  /** [columns · blocks] */
  readonly scales: Float32Array<ArrayBuffer>
  /** [columns, blocks · bits / 8, rounded up]; undefined when all are the middle of the range. */
  readonly zeroPoints: Uint8Array<ArrayBuffer> | undefined
}

export interface BlockSettings {
  readonly bits: 4 | 8
  /** Rows that have a scale in common: a power of two from 16 on. */
  readonly blockSize: number
  /** Whether zero is in the middle of the range of each block, which saves the zero points and costs accuracy. */
  readonly isSymmetric: boolean
}

/** Columns that are read at a time, so that a matrix that lies by rows is read along them. */
const tileColumns = 64

/**
 * Quantizes a matrix in blocks of rows: q = round(w / scale) + zero point, with the scale that spreads the block's values
 * and zero over the whole range. It counts as ONNX Runtime's own quantizer does, in float32.
 *
 * @see https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md#com.microsoft.MatMulNBits
 * @see Dettmers et al., 8-bit Optimizers via Block-wise Quantization (2022), section 2.1
 */
export function quantizeBlocks(matrix: Matrix, { bits, blockSize, isSymmetric }: BlockSettings): QuantizedBlocks {
  const { rows, columns } = matrix
  const blocks = Math.ceil(rows / blockSize)
  const values = new Uint8Array((columns * blocks * blockSize * bits) / 8)
  const scales = new Float32Array(columns * blocks)
  const zeroBytes = Math.ceil((blocks * bits) / 8)
  const zeroPoints = isSymmetric ? undefined : new Uint8Array(columns * zeroBytes).fill(bits === 4 ? 0x88 : 0)
  const tile = new Float32Array(tileColumns * blockSize)
  for (let block = 0; block < blocks; block += 1) {
    const first = block * blockSize
    const count = Math.min(blockSize, rows - first)
    for (let column = 0; column < columns; column += 1) {
      const inTile = (column % tileColumns) * blockSize
      if (inTile === 0) fillTile(tile, blockSize, matrix, { first, count, column })
      const weights = tile.subarray(inTile, inTile + count)
      const at = column * blocks + block
      const step = isSymmetric ? symmetricStep(weights, 2 ** (bits - 1)) : affineStep(weights, 2 ** bits - 1)
      scales[at] = step.scale
      if (zeroPoints !== undefined) putBits(zeroPoints, column * zeroBytes, block, bits, step.zero)
      pack(weights, step, bits, values, (at * blockSize * bits) / 8)
    }
  }
  return { values, scales, zeroPoints }
}

/** Copies a block of some columns, each of which lies in one piece then. */
function fillTile(
  tile: Float32Array,
  blockSize: number,
  { values, columns, rowStride, columnStride }: Matrix,
  { first, count, column }: { readonly first: number; readonly count: number; readonly column: number },
): void {
  const width = Math.min(tileColumns, columns - column)
  for (let row = 0; row < count; row += 1) {
    const start = (first + row) * rowStride + column * columnStride
    for (let index = 0; index < width; index += 1)
      tile[index * blockSize + row] = values[start + index * columnStride] ?? 0
  }
}

interface Step {
  readonly scale: number
  readonly zero: number
}

/** Zero is always one of the values, so that it stays exact. */
function affineStep(weights: Float32Array, steps: number): Step {
  let [low, high] = [0, 0]
  for (let index = 0; index < weights.length; index += 1) {
    const weight = weights[index] ?? 0
    if (weight < low) low = weight
    if (weight > high) high = weight
  }
  const scale = Math.fround(Math.fround(high - low) / steps)
  const zero = scale === 0 ? 0 : Math.floor(Math.fround(-low / scale) + 0.5)
  return { scale, zero: Math.min(zero, steps) }
}

/** The weight of the greatest magnitude goes to the lower end, which is one step farther than the upper. */
function symmetricStep(weights: Float32Array, middle: number): Step {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let index = 0; index < weights.length; index += 1) {
    const weight = weights[index] ?? 0
    if (weight < low) low = weight
    if (weight > high) high = weight
  }
  return { scale: Math.fround(-(Math.abs(high) > Math.abs(low) ? high : low) / middle), zero: middle }
}

function pack(weights: Float32Array, { scale, zero }: Step, bits: 4 | 8, bytes: Uint8Array, start: number): void {
  const inverse = scale === 0 ? 0 : Math.fround(1 / scale)
  const most = 2 ** bits - 1
  for (let index = 0; index < weights.length; index += 1) {
    // Product and sum are rounded each. Halves go up: what is negative is cut off.
    const exact = Math.fround(Math.fround((weights[index] ?? 0) * inverse) + zero)
    const value = exact > 0 ? (exact < most ? (exact + 0.5) | 0 : most) : 0
    putBits(bytes, start, index, bits, value)
  }
}

/** Of two values in a byte the first is the low one. */
function putBits(bytes: Uint8Array, start: number, index: number, bits: 4 | 8, value: number): void {
  if (bits === 8) {
    bytes[start + index] = value
    return
  }
  const at = start + (index >> 1)
  const old = bytes[at] ?? 0
  bytes[at] = index % 2 === 0 ? (old & 0xf0) | value : (old & 0x0f) | (value << 4)
}
