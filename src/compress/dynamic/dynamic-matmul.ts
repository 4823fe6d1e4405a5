import { type NodeProto, TensorProto_DataType as DataType } from 'onnx-buf'
import { intAttribute, makeNode } from '../../onnx/build-graph.ts'
import { nameNode } from '../../onnx/graph.ts'
import { makeTensor } from '../../onnx/tensor.ts'
import { findMatrixNode, type MatrixNode, multiplyAndAdd, useMatrix } from '../matrices/matrix-node.ts'
import type { Place, Rewritten } from '../matrices/rewrite-nodes.ts'
import { quantizeSymmetric } from '../matrices/quantize-symmetric.ts'

export interface DynamicSettings {
  /** Whether each column of a weight has a scale of its own. */
  readonly isPerChannel: boolean
  /** Greatest magnitude of a weight. */
  readonly most: 127 | 64
}

/**
 * Makes a product of integers of a MatMul or Gemm, in the form that ONNX Runtime fuses into one operator:
 * DynamicQuantizeLinear → MatMulInteger → Cast → Mul by both scales (→ Add).
 */
export async function rewriteMatrixProduct(
  node: NodeProto,
  place: Place,
  settings: DynamicSettings,
): Promise<Rewritten | undefined> {
  const found = findMatrixNode(node, place.scope)
  if (found === undefined) return undefined
  const [input = ''] = node.input
  const before: NodeProto[] = []
  const { newName } = place
  const [values = '', scale = '', zero = ''] = await place.share(`input ${input}`, async () => {
    const names = ['quantized', 'scale', 'zero_point'].map((each) => newName(`${input}_${each}`))
    before.push(makeNode('DynamicQuantizeLinear', [input], names, [], { name: newName(`${input}_quantize`) }))
    return names
  })
  const owner = place.placeOf(found.weight)
  const weight = await owner.share(`weight ${found.isTransposed}/${found.factor}/${found.weight.name}`, () =>
    packWeight(found, settings, owner),
  )
  const [weightValues = '', weightScale = '', weightZero = ''] = weight
  const scales = await place.share(`scales ${scale} ${weightScale}`, async () => {
    const name = newName(`${scale}_by_${weightScale}`)
    before.push(makeNode('Mul', [scale, weightScale], [name]))
    return [name]
  })
  const base = node.name || (node.output[0] ?? '')
  const [sum, floats] = [newName(`${base}_integers`), newName(`${base}_floats`)]
  const nodes = await multiplyAndAdd(found, place, (product) => [
    makeNode('MatMulInteger', [values, weightValues, zero, weightZero], [sum]),
    makeNode('Cast', [sum], [floats], [intAttribute('to', DataType.FLOAT)]),
    makeNode('Mul', [floats, ...scales], [product], [], { name: node.name }),
  ])
  const count = found.rows * found.columns
  const what = settings.isPerChannel ? 'product of integers, a scale for each column' : 'product of integers'
  const bytesAfter = count + 5 * (settings.isPerChannel ? found.columns : 1)
  return {
    nodes: [...before, ...nodes],
    change: { name: nameNode(node), what, from: 'float32', to: 'int8', bytesBefore: 4 * count, bytesAfter },
  }
}

/** Values, scales and zero points, by their names. */
async function packWeight(
  found: MatrixNode,
  { isPerChannel, most }: DynamicSettings,
  { weights, newName, addWeight }: Place,
) {
  const { weight, rows, columns, factor } = found
  const { values, scales } = await useMatrix(found, weights, (matrix) =>
    quantizeSymmetric(matrix, most, isPerChannel ? 'column' : 'matrix'),
  )
  const dims = isPerChannel ? [columns] : []
  const scaled = scales.map((scale) => scale * factor)
  return [
    await addWeight(makeTensor(newName(`${weight.name}_quantized`), DataType.INT8, [rows, columns], values)),
    await addWeight(makeTensor(newName(`${weight.name}_scale`), DataType.FLOAT, dims, scaled)),
    await addWeight(
      makeTensor(newName(`${weight.name}_zero_point`), DataType.INT8, dims, new Int8Array(scales.length)),
    ),
  ]
}
