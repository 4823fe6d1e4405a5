import { TensorProto_DataType as DataType, type TensorProto } from 'onnx-buf'
import { intOf } from '../../onnx/attributes.ts'
import { intAttribute, makeNode } from '../../onnx/build-graph.ts'
import { nameOperator, opsetVersion, type Use } from '../../onnx/graph.ts'
import { countElements, makeTensor } from '../../onnx/tensor.ts'
import { quantizeSymmetric } from '../matrices/quantize-symmetric.ts'
import { definePass, notApplicable } from '../pass.ts'
import { minimum } from '../storage/minimum.ts'
import { storeWeights } from '../storage/store-weights.ts'
import { useFloats } from '../weights.ts'

const title = 'Weights stored in 8 bits'

/**
 * Keeps weights as int8 with a scale for each channel, and computes in float32 as before: Cast and Mul make floats of them,
 * which ONNX Runtime does once, when it loads the model. So convolutions and recurrent nets get smaller without getting
 * slower, as they would in integers.
 *
 * Each weight moves by half a step of its channel at most: by a 254th part of the channel's greatest magnitude.
 *
 * @see Krishnamoorthi, Quantizing deep convolutional networks for efficient inference (2018), section 3.1
 */
export default definePass({
  name: 'int8-storage',
  title,
  summary:
    'Stores weights of convolutions, products and recurrent layers in a quarter of the space; speed stays the same.',
  options: minimum,
  needs: 'nothing',
  async apply(model, { minElements }, context) {
    // Before version 7 a Mul does not spread its factors over other dimensions by itself.
    if ((opsetVersion(model) ?? 0) < 7) throw notApplicable(title, 'its operators are older than opset 7')
    const what = `float32 weights of at least ${minElements} elements of layers that have channels`
    const stored = await storeWeights({ title, what, minElements }, model, context, async (tensor, uses, newName) => {
      const layout = findLayout(tensor, uses)
      if (layout === undefined) return undefined
      const { rows, columns, owner, scaleDims } = layout
      const packed = await useFloats(context.weights, tensor, (values) =>
        quantizeSymmetric({ values, rows, columns, rowStride: columns, columnStride: 1 }, 127, owner),
      )
      const integers = makeTensor(newName(`${tensor.name}_int8`), DataType.INT8, tensor.dims, packed.values)
      const scales = makeTensor(newName(`${tensor.name}_scale`), DataType.FLOAT, scaleDims, packed.scales)
      const floats = newName(`${tensor.name}_floats`)
      const name = newName(`${tensor.name}_widen`)
      const nodes = [
        makeNode('Cast', [integers.name], [floats], [intAttribute('to', DataType.FLOAT)]),
        makeNode('Mul', [floats, scales.name], [tensor.name], [], { name }),
      ]
      return {
        tensors: [integers, scales],
        nodes,
        change: { what: 'stored with a scale for each channel', to: 'int8' },
      }
    })
    return { ...stored, bound: undefined }
  },
})

/** A weight as a matrix, and which lines of it are the channels. */
interface Layout {
  readonly rows: number
  readonly columns: number
  readonly owner: 'row' | 'column'
  readonly scaleDims: readonly number[]
}

/** Undefined for a weight without channels, or one whose takers have different ones. */
function findLayout(tensor: TensorProto, uses: readonly Use[]): Layout | undefined {
  const dims = tensor.dims.map(Number)
  const counts = new Set(uses.map((use) => channelDims(use, dims.length)))
  const [count] = counts
  if (counts.size !== 1 || count === undefined) return undefined
  const all = countElements(tensor)
  if (count === 'last') {
    const columns = dims.at(-1) ?? 1
    return { rows: all / columns, columns, owner: 'column', scaleDims: [columns] }
  }
  const rows = dims.slice(0, count).reduce((product, size) => product * size, 1)
  const scaleDims = dims.map((size, index) => (index < count ? size : 1))
  return { rows, columns: all / rows, owner: 'row', scaleDims }
}

/** How many of the first dimensions run over channels, or that the last does. */
function channelDims({ node, input }: Use, rank: number): number | 'last' | undefined {
  const isSecond = input === 1 && rank >= 2
  switch (nameOperator(node)) {
    case 'Conv':
      return isSecond ? 1 : undefined
    case 'ConvTranspose':
      // [inputs, outputs of a group, …]: a scale for each pair.
      return isSecond ? 2 : undefined
    case 'MatMul':
      return isSecond ? 'last' : undefined
    case 'Gemm':
      return isSecond ? (intOf(node, 'transB', 0) === 1 ? 1 : 'last') : undefined
    case 'Gather':
      return input === 0 && rank === 2 && intOf(node, 'axis', 0) === 0 ? 1 : undefined
    case 'LSTM':
    case 'GRU':
    case 'RNN':
      // [directions, gates · size, inputs]
      return (input === 1 || input === 2) && rank === 3 ? 2 : undefined
    default:
      return undefined
  }
}
