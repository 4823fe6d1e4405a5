import { definePass } from '../pass.ts'
import { blockOptions } from '../weight-only/block-options.ts'
import { quantizeWeights } from '../weight-only/matmul-nbits.ts'

const title = 'Weights of 8 bits'

/**
 * Keeps the matrices of a model as integers of 8 bits in blocks, each with a scale; activations stay floats. A weight moves
 * by half a step of its block at most, which is the range of the block's values and zero through 510.
 *
 * @see https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md#com.microsoft.MatMulNBits
 * @see ../weight-only/quantize-blocks.ts
 */
export default definePass({
  name: 'weight-int8',
  title,
  summary: 'Keeps the weights of matrix products as integers of 8 bits; convolutions and activations stay as they are.',
  options: blockOptions,
  needs: 'nothing',
  apply: (model, options, context) =>
    quantizeWeights({ title, bits: 8, tables: options.embeddings ? 'rows' : undefined }, model, options, context),
})
