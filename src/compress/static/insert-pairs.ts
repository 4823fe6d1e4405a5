import { type GraphProto, type NodeProto, TensorProto_DataType as DataType, type TensorProto } from 'onnx-buf'
import { intAttribute, makeNode } from '../../onnx/build-graph.ts'
import { copyMessage, replaceUses } from '../../onnx/edit-graph.ts'
import { makeTensor } from '../../onnx/tensor.ts'
import type { SymmetricMatrix } from '../matrices/quantize-symmetric.ts'
import type { Weights } from '../weights.ts'
import type { ActivationScale } from './scale-activation.ts'

/** Where pairs are put. */
export interface Pairs {
  readonly graph: GraphProto
  readonly weights: Weights
  readonly newName: (wanted: string) => string
  /**
   * Of DequantizeLinear with an axis. ONNX has it from opset 13 on; the runtime's own, which is the same, is for models of
   * before.
   */
  readonly axisDomain: '' | 'com.microsoft'
}

/**
 * Rounds an activation where it is made: whatever takes it, takes what it is in integers of 8 bits. An output of the model
 * keeps its name.
 *
 * @param parameters names of its scale and zero point, of `storeScale`
 */
export function roundActivation(name: string, parameters: readonly string[], { graph, newName }: Pairs): void {
  const isOutput = graph.output.some((output) => output.name === name)
  const source = isOutput ? newName(`${name}_float`) : name
  const rounded = isOutput ? name : newName(`${name}_dequantized`)
  if (isOutput) renameProduced(graph, name, source)
  else replaceUses(graph, new Map([[name, rounded]]))
  const integers = newName(`${name}_quantized`)
  const nodes = [
    makeNode('QuantizeLinear', [source, ...parameters], [integers], [], { name: newName(`${name}_QuantizeLinear`) }),
    makeNode('DequantizeLinear', [integers, ...parameters], [rounded], [], {
      name: newName(`${name}_DequantizeLinear`),
    }),
  ]
  const producer = graph.node.findIndex(({ output }) => output.includes(source))
  graph.node.splice(producer + 1, 0, ...nodes)
}

/** Whoever takes an output of the model inside of it takes what is rounded, which has its name now. */
function renameProduced(graph: GraphProto, name: string, to: string): void {
  graph.node = graph.node.map((node) => {
    if (!node.output.includes(name)) return node
    const renamed = copyMessage(node)
    renamed.output = node.output.map((output) => (output === name ? to : output))
    return renamed
  })
}

/** Makes weights of a scale and a zero point, and gives their names. */
export async function storeScale(
  name: string,
  { scale, zeroPoint }: ActivationScale,
  { graph, weights, newName }: Pairs,
): Promise<readonly string[]> {
  const tensors = [
    makeTensor(newName(`${name}_scale`), DataType.FLOAT, [], [scale]),
    makeTensor(newName(`${name}_zero_point`), DataType.UINT8, [], [zeroPoint]),
  ]
  for (const tensor of tensors) graph.initializer.push(await weights.store(tensor))
  return tensors.map((tensor) => tensor.name)
}

/** Makes weights of integers, and the node that makes floats of them; gives the node. */
export async function dequantizeWeight(
  { name, dims }: Pick<TensorProto, 'name' | 'dims'>,
  { values, scales }: SymmetricMatrix | { readonly values: Int32Array<ArrayBuffer>; readonly scales: Float32Array },
  axis: number,
  { graph, weights, newName, axisDomain }: Pairs,
): Promise<NodeProto> {
  const type = values instanceof Int8Array ? DataType.INT8 : DataType.INT32
  const each = scales.length === 1 ? [] : [scales.length]
  const tensors = [
    makeTensor(newName(`${name}_quantized`), type, dims, values),
    makeTensor(newName(`${name}_scale`), DataType.FLOAT, each, Array.from(scales)),
    makeTensor(
      newName(`${name}_zero_point`),
      type,
      each,
      Array.from(scales, () => 0),
    ),
  ]
  for (const tensor of tensors) graph.initializer.push(await weights.store(tensor))
  const names = tensors.map((tensor) => tensor.name)
  const output = newName(`${name}_dequantized`)
  if (scales.length === 1) return makeNode('DequantizeLinear', names, [output])
  return makeNode('DequantizeLinear', names, [output], [intAttribute('axis', axis)], { domain: axisDomain })
}
