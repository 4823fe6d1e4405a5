import { opsetVersion } from '../../onnx/graph.ts'
import { rewriteLstm } from '../dynamic/dynamic-lstm.ts'
import { rewriteMatrixProduct } from '../dynamic/dynamic-matmul.ts'
import { rewriteGather } from '../matrices/gather-rows.ts'
import { rewriteNodes } from '../matrices/rewrite-nodes.ts'
import { importMicrosoftDomain } from '../microsoft-domain.ts'
import { definePass, notApplicable } from '../pass.ts'

const title = 'Dynamic int8'

/** The first version of ONNX's operators that has DynamicQuantizeLinear. */
const firstOpset = 11

/**
 * Computes products of matrices in integers: weights are rounded to signed int8 once, inputs to uint8 while the model
 * runs, with the range that they have then. Convolutions stay as they are, as they get slower so.
 *
 * @see Jacob et al., Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference (2018)
 * @see https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html#dynamic-quantization
 */
export default definePass({
  name: 'dynamic-int8',
  title,
  summary:
    'Multiplies matrices in 8 bits, those of LSTMs too, with ranges of the inputs taken while the model runs; needs no data.',
  options: {
    perChannel: {
      type: 'boolean',
      default: true,
      summary: 'A scale for each column of a weight, which is more exact at nearly the same speed',
    },
    reduceRange: {
      type: 'boolean',
      default: false,
      summary: 'Keep weights within ±64, for processors without VNNI whose sums of products would be cut off',
    },
    embeddings: { type: 'boolean', default: true, summary: 'Keep tables that rows are taken from in 8 bits too' },
  },
  needs: 'nothing',
  async apply(model, { perChannel, reduceRange, embeddings }, context) {
    const opset = opsetVersion(model) ?? 0
    if (opset < firstOpset) {
      throw notApplicable(
        title,
        `it is of opset ${opset}, and products of integers with ranges of their own begin with ${firstOpset}`,
        'Export the model with a newer opset.',
      )
    }
    const settings = { isPerChannel: perChannel, most: reduceRange ? 64 : 127 } as const
    const what = 'MatMul, Gemm, LSTM or Gather of a float32 matrix that is a weight'
    let hasLstm = false
    const result = await rewriteNodes({ title, what }, model, context, async (node, place) => {
      const lstm = await rewriteLstm(node, place)
      hasLstm ||= lstm !== undefined
      const product = lstm ?? (await rewriteMatrixProduct(node, place, settings))
      return product ?? (embeddings ? rewriteGather(node, place) : undefined)
    })
    if (hasLstm) importMicrosoftDomain(result.model)
    return { ...result, bound: undefined }
  },
})
