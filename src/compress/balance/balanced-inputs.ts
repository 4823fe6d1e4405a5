import type { NodeProto } from 'onnx-buf'
import type { Scope } from '../../onnx/scopes.ts'
import { findMatrixNode, type MatrixNode, useMatrix } from '../matrices/matrix-node.ts'
import type { Weights } from '../weights.ts'

/** A value that products take, all of which multiply its channels by rows of their weights. */
export interface BalancedInput {
  readonly name: string
  readonly products: readonly MatrixNode[]
}

/** Values of a graph that are multiplied by known matrices, in the order of the graph. */
export function findBalancedInputs(scope: Scope): readonly BalancedInput[] {
  const products = scope.graph.node.flatMap((node) => {
    const found = takesValue(node, scope) ? findMatrixNode(node, scope) : undefined
    return found === undefined ? [] : [found]
  })
  const byInput = Map.groupBy(products, ({ node }) => node.input[0] ?? '')
  return [...byInput].flatMap(([name, takers]) => {
    const rows = new Set(takers.map((taker) => taker.rows))
    return rows.size === 1 ? [{ name, products: takers }] : []
  })
}

function takesValue({ input: [first = ''] }: NodeProto, scope: Scope): boolean {
  return scope.findWeight(first) === undefined
}

/** Greatest exponent of a factor: beyond it numbers would come near the ends of what a float can be. */
const maxExponent = 20

/**
 * What each channel of a value is divided by, and each row of the weights multiplied with: peak^strength through the
 * greatest weight^(1 − strength), as a power of two, by which floats are multiplied without being rounded.
 *
 * @param peaks the greatest magnitude of each channel
 * @param strength from 0, which leaves activations as they are, to 1, which makes all channels alike
 * @see Xiao et al., SmoothQuant: Accurate and Efficient Post-Training Quantization for Large Language Models (2023), eq. 4
 */
export async function balanceFactors(
  input: BalancedInput,
  peaks: Float32Array,
  strength: number,
  weights: Weights,
): Promise<Float32Array> {
  const greatest = await foldRows(input, peaks.length, weights, (most, value) => {
    const magnitude = Math.abs(value)
    return magnitude > most ? magnitude : most
  })
  return center(
    peaks.map((peak, channel) => {
      const most = greatest[channel] ?? 0
      // A channel that is never used has nothing to be balanced.
      return peak === 0 || most === 0 ? Number.NaN : strength * Math.log2(peak) - (1 - strength) * Math.log2(most)
    }),
  )
}

/**
 * How many times less rounding a value to 8 bits, with one scale for all of it, adds to products when its channels are
 * divided: each number is off by a share of the greatest, which the rows of the weights multiply. Squares of errors are
 * compared.
 *
 * @returns from 0; below 1 the division does harm
 */
export async function balanceGain(
  input: BalancedInput,
  peaks: Float32Array,
  factors: Float32Array,
  weights: Weights,
): Promise<number> {
  const energies = await foldRows(input, peaks.length, weights, (sum, value) => sum + value ** 2)
  const error = (divisor: (channel: number) => number) => {
    let [greatest, energy] = [0, 0]
    for (const [channel, peak] of peaks.entries()) {
      greatest = Math.max(greatest, peak / divisor(channel))
      energy += (energies[channel] ?? 0) * divisor(channel) ** 2
    }
    return greatest ** 2 * energy
  }
  const after = error((channel) => factors[channel] ?? 1)
  return after === 0 ? 1 : error(() => 1) / after
}

/** What the numbers of each row come to over all products, from 0. */
async function foldRows(
  { products }: BalancedInput,
  rowCount: number,
  weights: Weights,
  fold: (before: number, value: number) => number,
): Promise<Float64Array> {
  const folded = new Float64Array(rowCount)
  for (const product of products) {
    await useMatrix(product, weights, ({ values, rows, columns, rowStride, columnStride }) => {
      for (let row = 0; row < rows; row += 1) {
        for (let column = 0; column < columns; column += 1) {
          folded[row] = fold(folded[row] ?? 0, values[row * rowStride + column * columnStride] ?? 0)
        }
      }
    })
  }
  return folded
}

/** Powers of two of exponents, less what all of them have in common: that would change nothing. */
function center(exponents: Float32Array): Float32Array {
  const used = exponents.filter((each) => !Number.isNaN(each)).toSorted()
  const middle = used[used.length >> 1] ?? 0
  return exponents.map((each) => {
    const exponent = Number.isNaN(each) ? 0 : Math.round(each - middle)
    return 2 ** Math.min(maxExponent, Math.max(-maxExponent, exponent))
  })
}
