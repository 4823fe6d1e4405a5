import { TensorProto_DataType as DataType } from 'onnx-buf'
import { intAttribute, makeNode } from '../../onnx/build-graph.ts'
import { opsetVersion } from '../../onnx/graph.ts'
import { makeTensor } from '../../onnx/tensor.ts'
import { definePass, notApplicable } from '../pass.ts'
import { minimum } from '../storage/minimum.ts'
import { storeWeights } from '../storage/store-weights.ts'
import { readWeight } from '../weights.ts'

const title = 'Weights in half precision'

/** Greatest number of a float16. */
const greatest = 65_504

/**
 * Keeps weights as float16, and computes in float32 as before: a Cast before the first use widens them, which ONNX
 * Runtime does once, when it loads the model. On CPUs most operators have no kernel for float16, so computing in it would
 * be slower, and sums beyond 65,504 would be lost.
 *
 * Each weight moves by no more than its 2,048th part, or by 2⁻²⁵ where it is smaller than 6.1e-5.
 *
 * @see IEEE 754-2019, binary16; https://onnx.ai/onnx/operators/onnx__Cast.html
 */
export default definePass({
  name: 'fp16',
  title,
  summary: 'Halves a model by keeping its weights as float16; it computes in float32 as before, at the same speed.',
  options: minimum,
  needs: 'nothing',
  async apply(model, { minElements }, context) {
    // Before version 6 a Cast names types by texts.
    if ((opsetVersion(model) ?? 0) < 6) throw notApplicable(title, 'its operators are older than opset 6')
    const what = `float32 weights of at least ${minElements} elements, all within ±${greatest}`
    const stored = await storeWeights({ title, what, minElements }, model, context, async (tensor, _uses, newName) => {
      const values = await readWeight(context.weights, tensor)
      if (!(values instanceof Float32Array) || values.some((value) => Math.abs(value) > greatest)) return undefined
      const half = makeTensor(newName(`${tensor.name}_half`), DataType.FLOAT16, tensor.dims, new Float16Array(values))
      const name = newName(`${tensor.name}_widen`)
      const nodes = [makeNode('Cast', [half.name], [tensor.name], [intAttribute('to', DataType.FLOAT)], { name })]
      return { tensors: [half], nodes, change: { what: 'kept in half precision', to: 'float16' } }
    })
    return { ...stored, bound: undefined }
  },
})
