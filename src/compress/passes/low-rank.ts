import { TensorProto_DataType as DataType } from 'onnx-buf'
import { isOperator, nameNode } from '../../onnx/graph.ts'
import { countBytes, makeTensor } from '../../onnx/tensor.ts'
import { canFactor, type Factors, factorWeight, type RankSettings } from '../low-rank/factor-weight.ts'
import { findMatrixLayer, type MatrixLayer, partDims, splitLayer } from '../low-rank/split-layer.ts'
import { type Place, rewriteNodes } from '../matrices/rewrite-nodes.ts'
import { definePass, type PassContext } from '../pass.ts'
import type { PassChange } from '../../protocol/compression.ts'
import { readFloats } from '../weights.ts'

const title = 'Layers of low rank'

/**
 * Makes two small layers of a large one, by the singular value decomposition of its weight: the first gives as few values
 * as the weight has directions that count, the second makes the outputs from them. A convolution becomes one with few
 * filters and one of 1 × 1. Layers that would not lose a quarter of their numbers stay whole.
 *
 * Each weight is the nearest of its rank; what that does to outputs depends on the data, and a short training afterwards
 * wins most of it back.
 *
 * @see Denton et al., Exploiting Linear Structure Within Convolutional Networks for Efficient Evaluation, 2014
 * @see Zhang et al., Accelerating Very Deep Convolutional Networks for Classification and Detection, 2015, 2.1
 */
export default definePass({
  name: 'low-rank',
  title,
  summary:
    'Splits layers into two smaller ones by singular values, where that saves a quarter or more; train the model afterwards.',
  options: {
    by: {
      type: 'choice',
      choices: ['energy', 'parameters'],
      default: 'energy',
      summary: 'Whether each layer keeps a share of its energy, or of its parameters',
    },
    energy: {
      type: 'number',
      min: 0.01,
      max: 1,
      default: 0.95,
      summary: 'The share of the sum of squares of its weights that a layer keeps',
    },
    parameters: {
      type: 'number',
      min: 0.01,
      max: 0.75,
      default: 0.5,
      summary: 'The share of its parameters that a layer has at most',
    },
    roundTo: {
      type: 'integer',
      min: 1,
      max: 1024,
      default: 16,
      summary: 'Ranks are multiples of it; odd ones are no faster',
    },
    convolutions: { type: 'boolean', default: true, summary: 'Split convolutions, too' },
  },
  needs: 'nothing',
  needsTraining: true,
  async apply(model, options, context) {
    const factor = createFactoring(options, context)
    const about = { title, what: describeWish(options) }
    const made = await rewriteNodes(about, model, context, async (node, place) => {
      const layer = options.convolutions || !isOperator(node, 'Conv') ? findMatrixLayer(node, place.scope) : undefined
      const parts = layer && (await factor(layer, place))
      if (layer === undefined || parts === undefined) return undefined
      return { nodes: splitLayer(layer, parts.names, place.newName), change: describe(layer, parts) }
    })
    return { ...made, bound: undefined }
  },
})

interface Parts extends Pick<Factors, 'rank' | 'energy'> {
  readonly names: readonly [string, string]
  readonly bytes: number
}

/** Makes the two parts of weights, once of each that several layers of a graph have. */
function createFactoring(
  options: RankSettings,
  { weights, signal }: PassContext,
): (layer: MatrixLayer, place: Place) => Promise<Parts | undefined> {
  const known = new WeakMap<Place, Map<string, Parts | undefined>>()
  const make = async (layer: MatrixLayer, { newName, addWeight }: Place): Promise<Parts | undefined> => {
    const { weight, rows, columns } = layer
    if (!canFactor(layer, options)) return undefined
    const matrix = { values: await readFloats(weights, weight), rows, columns }
    const factors = await factorWeight(matrix, options, signal)
    if (factors === undefined) return undefined
    const [leftDims = [], rightDims = []] = partDims(layer, factors.rank)
    const left = makeTensor(newName(`${weight.name}_left`), DataType.FLOAT, leftDims, factors.left)
    const right = makeTensor(newName(`${weight.name}_right`), DataType.FLOAT, rightDims, factors.right)
    const { rank, energy } = factors
    const bytes = countBytes(left) + countBytes(right)
    return { rank, energy, bytes, names: [await addWeight(left), await addWeight(right)] }
  }
  return async (layer, place) => {
    const own = known.get(place) ?? new Map<string, Parts | undefined>()
    known.set(place, own)
    const key = `${layer.node.opType}/${layer.weight.name}`
    if (!own.has(key)) own.set(key, await make(layer, place))
    return own.get(key)
  }
}

function describe({ node, weight, rows, columns }: MatrixLayer, { rank, energy, bytes }: Parts): PassChange {
  return {
    name: nameNode(node),
    what: `two layers of rank ${rank}, with ${(100 * energy).toFixed(1)} % of its energy`,
    from: `${rows} × ${columns}`,
    to: `${rows} × ${rank} × ${columns}`,
    bytesBefore: countBytes(weight),
    bytesAfter: bytes,
  }
}

/** What a layer has to be to be split, for the error when none is. */
function describeWish({ by, energy, roundTo }: RankSettings): string {
  const kept = by === 'energy' ? ` that keep ${100 * energy} % of its energy` : ''
  return `MatMul, Gemm or Conv by a float32 weight with two parts of a rank that is a multiple of ${roundTo}${kept}, and save a quarter of its numbers`
}
