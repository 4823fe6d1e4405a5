import { TensorProto_DataType as DataType, type ModelProto } from 'onnx-buf'
import { modelTensors } from '../../src/onnx/model-tensors.ts'
import { readTensor, type TensorValues } from '../../src/onnx/tensor.ts'

export interface WeightDifference {
  /** Of the peer's weights in integers. */
  readonly bytes: number
  /** Those that ours has otherwise; a weight that ours has not in the same shape counts as a whole. */
  readonly different: number
}

/**
 * Compares two quantized versions of a model, byte by byte, weights of 8 bits or less alone. Both sides name what they
 * have made of a weight after it. Constants that are added to activations or multiplied with them are none: they are
 * unsigned, as activations are, or single numbers.
 */
export function compareWeights(ours: ModelProto, peer: ModelProto): WeightDifference {
  const own = quantizedWeights(ours)
  let [bytes, different] = [0, 0]
  for (const [name, values] of quantizedWeights(peer)) {
    bytes += values.length
    different += countDifferent(values, own.get(name))
  }
  return { bytes, different }
}

/** What the names of weights look like, by their types. */
const weightNames: ReadonlyMap<number, RegExp> = new Map([
  [DataType.INT8, /^(?<weight>.*?)(_transposed(_\d+)?)?_(quantized|gates)$/i],
  [DataType.UINT8, /^(?<weight>.*?)_q[48]$/i],
])

/** By the weight and the shape, since one may be there in several. */
function quantizedWeights(model: ModelProto): Map<string, TensorValues> {
  const found = new Map<string, TensorValues>()
  for (const tensor of modelTensors(model)) {
    const weight = weightNames.get(tensor.dataType)?.exec(tensor.name)?.groups?.['weight']
    if (weight !== undefined && tensor.dims.length > 1)
      found.set(`${weight} ${tensor.dims.join('×')}`, readTensor(tensor))
  }
  return found
}

function countDifferent(values: TensorValues, others: TensorValues | undefined): number {
  if (others?.length !== values.length) return values.length
  let count = 0
  for (let index = 0; index < values.length; index++) if (values[index] !== others[index]) count += 1
  return count
}
