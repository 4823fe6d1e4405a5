import type { ModelProto } from 'onnx-buf'
import { copyModel } from '../../onnx/edit-graph.ts'
import { opsetVersion } from '../../onnx/graph.ts'
import { graphScopes } from '../../onnx/scopes.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import { rangeMethods } from '../calibration/choose-range.ts'
import { definePass, needsData, notApplicable, type PassContext } from '../pass.ts'
import { chooseNodes } from '../static/choose-nodes.ts'
import { joinBiases } from '../static/join-biases.ts'
import { quantizeGraph } from '../static/quantize-graph.ts'
import { scaleActivation } from '../static/scale-activation.ts'

const title = 'Static 8-bit integers'

/**
 * Convolutions and products in integers of 8 bits, with activations rounded to ranges that were seen on data beforehand.
 * Activations are unsigned, weights signed: the kernels of CPUs are made for that. Each value is rounded once, behind the
 * activation that the runtime fuses with the layer, and what lies between layers stays in integers where there are kernels
 * for it.
 *
 * @see Jacob et al., Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference, 2018
 * @see https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html, "Static quantization", "QDQ"
 */
export default definePass({
  name: 'static-int8',
  title,
  summary:
    'Convolutions and matrix products in 8-bit integers, with ranges of activations that samples of the data show.',
  options: {
    method: {
      type: 'choice',
      choices: rangeMethods,
      default: 'min-max',
      summary: 'How the range of an activation is chosen from what samples show',
    },
    samples: { type: 'integer', min: 1, max: 1_000_000, default: 256, summary: 'Samples that ranges are taken from' },
    perChannel: { type: 'boolean', default: true, summary: 'A scale for each channel of a weight; more exact' },
    reduceRange: {
      type: 'boolean',
      default: false,
      summary: 'Weights of 7 bits, which cannot overflow on processors without VNNI',
    },
  },
  needs: 'calibration',
  async apply(model, options, context) {
    const calibrate = check(model, context)
    const draft = copyModel(model)
    await joinBiases(draft, model, calibrate, context.weights)
    const [scope] = draft.graph === undefined ? [] : graphScopes(draft.graph)
    const chosen = scope && chooseNodes(scope)
    if (scope === undefined || chosen === undefined || chosen.anchors.length === 0) {
      throw notApplicable(title, 'it has no Conv, MatMul or Gemm by a float32 weight')
    }
    const seen = await calibrate(model, [...chosen.values], { ...options, weights: context.weights })
    const missing = [...chosen.values].find((name) => !seen.has(name))
    if (missing !== undefined) {
      throw new RunwrightError('BAD_REQUEST', `The value “${missing}” of the model was not seen as floats.`)
    }
    const scales = new Map([...seen].map(([name, range]) => [name, scaleActivation(range)]))
    const changes = await quantizeGraph(draft, scope, chosen, scales, options, context)
    return { model: draft, changes, bound: undefined }
  },
})

/** The first version of ONNX's operators that has QuantizeLinear. */
const firstOpset = 10

function check(model: ModelProto, { calibrate }: PassContext): NonNullable<PassContext['calibrate']> {
  const opset = opsetVersion(model) ?? 0
  if (opset < firstOpset) {
    const why = `it is of opset ${opset}, and integers of 8 bits begin with ${firstOpset}`
    throw notApplicable(title, why, 'Export the model with a newer opset.')
  }
  if (calibrate !== undefined) return calibrate
  throw needsData(title)
}
