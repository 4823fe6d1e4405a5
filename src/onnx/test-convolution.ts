import { type NodeProto, TensorProto_DataType as DataType, type TensorProto } from 'onnx-buf'
import { intsAttribute, makeGraph, makeModel, makeNode, makeValue } from './build-graph.ts'
import { writeModel } from './model.ts'
import { makeTensor } from './tensor.ts'
import { countElements } from './tensor-value.ts'

export interface ConvolutionChoices {
  /** Float, or integers: 8-bit activations and weights between pairs of QuantizeLinear and DequantizeLinear. */
  readonly quantized: boolean
  /** Leaves out the pair before the last Gemm, so that it cannot be fused. */
  readonly isLastInFloat?: boolean
  readonly hasNames?: boolean
}

/** A small net: two convolutions with Relu, average pooling, a Gemm; of [N, 1, 8, 8] to [N, 10], as bytes. */
export function convolutionModel({
  quantized,
  isLastInFloat = false,
  hasNames = true,
}: ConvolutionChoices): Uint8Array {
  const nodes: NodeProto[] = []
  const weights: TensorProto[] = []
  const add = (name: string, opType: string, inputs: readonly string[], output: string, pads?: readonly number[]) => {
    const attributes = pads === undefined ? [] : [intsAttribute('pads', pads)]
    nodes.push(makeNode(opType, inputs, [output], attributes, { name: hasNames ? name : '' }))
    return output
  }
  const constant = (name: string, type: DataType, dims: readonly number[], at: (index: number) => number) => {
    weights.push(
      makeTensor(
        name,
        type,
        dims,
        Array.from({ length: countElements(dims) }, (_, index) => at(index)),
      ),
    )
    return name
  }
  const dequantize = (from: string, scale: number, type: DataType, to: string) => {
    const scales = [constant(`${to}_scale`, DataType.FLOAT, [], () => scale), constant(`${to}_zero`, type, [], () => 0)]
    return { scales, value: add(`${to}_DequantizeLinear`, 'DequantizeLinear', [from, ...scales], to) }
  }
  const activation = (value: string) => {
    if (!quantized) return value
    const scales = [`${value}_dq_scale`, `${value}_dq_zero`]
    const integers = add(`${value}_QuantizeLinear`, 'QuantizeLinear', [value, ...scales], `${value}_q`)
    return dequantize(integers, 0.05, DataType.UINT8, `${value}_dq`).value
  }
  const parameter = (name: string, dims: readonly number[], isBias = false) => {
    const at = (index: number) => ((index * 7) % 11) - 5
    if (!quantized) return constant(name, DataType.FLOAT, dims, (index) => at(index) * (isBias ? 0.1 : 0.02))
    const type = isBias ? DataType.INT32 : DataType.INT8
    return dequantize(constant(`${name}_q`, type, dims, at), isBias ? 0.001 : 0.02, type, name).value
  }
  const layer = (name: string, input: string, channels: number) => {
    const parameters = [parameter(`${name}_w`, [16, channels, 3, 3]), parameter(`${name}_b`, [16], true)]
    const convolved = add(`/${name}/Conv`, 'Conv', [input, ...parameters], `${name}_c`, [1, 1, 1, 1])
    return activation(add(`/${name}/Relu`, 'Relu', [convolved], `${name}_r`))
  }
  const convolved = layer('two', layer('one', activation('x'), 1), 16)
  const pooled = activation(add('/pool', 'GlobalAveragePool', [convolved], 'pooled'))
  const flat = add('/flatten', 'Flatten', [pooled], 'flat')
  const last = isLastInFloat ? flat : activation(flat)
  const logits = add('/fc/Gemm', 'Gemm', [last, parameter('fc_w', [16, 10]), parameter('fc_b', [10], true)], 'logits')
  add('/out', 'Identity', [isLastInFloat ? logits : activation(logits)], 'y')
  const [input, output] = [makeValue('x', DataType.FLOAT, ['N', 1, 8, 8]), makeValue('y', DataType.FLOAT, ['N', 10])]
  return writeModel(makeModel(makeGraph({ name: 'convolution', inputs: [input], outputs: [output], nodes, weights })))
}
