import type { NodeProto, TensorProto } from 'onnx-buf'
import { makeNode } from '../../onnx/build-graph.ts'
import { nameNode } from '../../onnx/graph.ts'
import { countBytes } from '../../onnx/tensor.ts'
import { quantizeSymmetric, roundToEven, type SymmetricMatrix } from '../matrices/quantize-symmetric.ts'
import type { PassChange } from '../../protocol/compression.ts'
import { readFloats, type Weights } from '../weights.ts'
import type { Anchor } from './choose-nodes.ts'
import { dequantizeWeight, type Pairs } from './insert-pairs.ts'
import { type ActivationScale, clamp } from './scale-activation.ts'

export interface WeightSettings {
  readonly perChannel: boolean
  /** Weights of 7 bits. */
  readonly reduceRange: boolean
}

/** The node with its weight and bias in integers, which nodes before it make floats of for the runtime to fuse. */
export async function quantizeAnchor(
  anchor: Anchor,
  input: ActivationScale,
  { perChannel, reduceRange }: WeightSettings,
  pairs: Pairs,
): Promise<{ readonly nodes: readonly NodeProto[]; readonly change: PassChange }> {
  const { node, weight, axis, bias } = anchor
  const quantized = await quantizeWeight(anchor, { perChannel, reduceRange }, pairs.weights)
  const made = [await dequantizeWeight(weight, quantized, axis, pairs)]
  let bytes = quantized.values.byteLength + quantized.scales.byteLength * 2
  if (bias !== undefined) {
    const integers = await quantizeBias(bias, anchor, input, quantized.scales, pairs.weights)
    made.push(await dequantizeWeight({ name: bias.name, dims: [BigInt(integers.values.length)] }, integers, 0, pairs))
    bytes += integers.values.byteLength * 2
  }
  const inputs = [node.input[0] ?? '', ...made.map(({ output }) => output[0] ?? '')]
  const attributes = node.attribute.filter(({ name }) => name !== 'alpha' && name !== 'beta')
  const { name, domain } = node
  return {
    nodes: [...made, makeNode(node.opType, inputs, node.output, attributes, { name, domain })],
    change: {
      name: nameNode(node),
      what: 'multiplies integers, with ranges of the data',
      from: 'float32',
      to: 'int8',
      bytesBefore: countBytes(weight) + (bias === undefined ? 0 : countBytes(bias)),
      bytesAfter: bytes,
    },
  }
}

/** As a matrix whose rows are the places of the first dimension. */
async function quantizeWeight(
  { weight, axis, factor }: Anchor,
  { perChannel, reduceRange }: WeightSettings,
  weights: Weights,
): Promise<SymmetricMatrix> {
  const given = await readFloats(weights, weight)
  const values = factor === 1 ? given : given.map((value) => value * factor)
  const rows = Number(weight.dims[0])
  const columns = rows === 0 ? 0 : values.length / rows
  const owner = !perChannel ? 'matrix' : axis === 0 ? 'row' : 'column'
  return quantizeSymmetric(
    { values, rows, columns, rowStride: columns, columnStride: 1 },
    reduceRange ? 64 : 127,
    owner,
  )
}

const maxInt32 = 2 ** 31 - 1

/** A bias is added to sums of products, so it has their scale, and 32 bits. */
async function quantizeBias(
  bias: TensorProto,
  { biasFactor }: Anchor,
  { scale }: ActivationScale,
  weightScales: Float32Array,
  weights: Weights,
): Promise<{ readonly values: Int32Array<ArrayBuffer>; readonly scales: Float32Array }> {
  const scales = weightScales.map((weightScale) => scale * weightScale)
  const values = (await readFloats(weights, bias)).map((value) => value * biasFactor)
  const integers = Int32Array.from(values, (value, index) => {
    const each = (scales.length === 1 ? scales[0] : scales[index]) ?? 1
    return clamp(roundToEven(value / each), -maxInt32, maxInt32)
  })
  return { values: integers, scales }
}
