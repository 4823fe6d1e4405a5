import type { TensorValue } from '../onnx/tensor-value.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { isRecord, recordOf } from '../protocol/json.ts'
import type { Net, NetLayer } from './layers/net.ts'

/**
 * A net of Keras as the script tells it.
 *
 * @param arrays its weights, as `LAYER/PLACE`
 * @throws BAD_REQUEST when it is none
 */
export function parseNet(told: Readonly<Record<string, unknown>>, arrays: ReadonlyMap<string, TensorValue>): Net {
  const { layers, inputs, outputs } = told
  if (!Array.isArray(layers) || !isTexts(inputs) || !isTexts(outputs)) throw damaged()
  return { dialect: 'keras', layers: layers.map((layer) => parseLayer(layer, arrays)), inputs, outputs }
}

function parseLayer(told: unknown, arrays: ReadonlyMap<string, TensorValue>): NetLayer {
  if (!isRecord(told)) throw damaged()
  const { kind, name, config, inputs, weights, shape } = told
  if (typeof kind !== 'string' || typeof name !== 'string' || !isTexts(inputs) || !isTexts(weights)) throw damaged()
  const own = weights.map((weight, at): [string, TensorValue] => {
    const value = arrays.get(`${name}/${at}`)
    if (value === undefined) throw damaged()
    return [weight, value]
  })
  const sizes = Array.isArray(shape) ? shape.slice(1).map((size) => (typeof size === 'number' ? size : null)) : []
  return { kind, name, config: recordOf(config), inputs, weights: new Map(own), shape: sizes }
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string')
}

function damaged(): RunwrightError {
  return new RunwrightError('BAD_REQUEST', 'What Keras told of the net cannot be read.')
}
