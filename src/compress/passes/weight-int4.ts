import { definePass } from '../pass.ts'
import { blockOptions } from '../weight-only/block-options.ts'
import { quantizeWeights } from '../weight-only/matmul-nbits.ts'

const title = 'Weights of 4 bits'

/**
 * Keeps the matrices of a model as integers of 4 bits in blocks, each with a scale; activations stay floats. A weight moves
 * by half a step of its block at most, which is the range of the block's values and zero through 30.
 *
 * @see https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md#com.microsoft.MatMulNBits
 * @see ../weight-only/quantize-blocks.ts
 */
export default definePass({
  name: 'weight-int4',
  title,
  summary: 'Keeps the weights of matrix products as integers of 4 bits; convolutions and activations stay as they are.',
  options: {
    ...blockOptions,
    embeddingBits: {
      type: 'choice',
      choices: ['4', '8'],
      default: '4',
      summary:
        'Of tables that rows are taken from: 4 in blocks, or 8 with a scale for each row, twice as large and more exact',
    },
  },
  needs: 'nothing',
  apply(model, options, context) {
    const tables = options.embeddingBits === '4' ? 'blocks' : 'rows'
    return quantizeWeights({ title, bits: 4, tables: options.embeddings ? tables : undefined }, model, options, context)
  },
})
