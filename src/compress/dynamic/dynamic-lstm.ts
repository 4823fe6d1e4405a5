import { type NodeProto, TensorProto_DataType as DataType, type TensorProto } from 'onnx-buf'
import { intOf } from '../../onnx/attributes.ts'
import { makeNode } from '../../onnx/build-graph.ts'
import { isOperator, nameNode } from '../../onnx/graph.ts'
import { countBytes, makeTensor } from '../../onnx/tensor.ts'
import { quantizeSymmetric } from '../matrices/quantize-symmetric.ts'
import type { Place, Rewritten } from '../matrices/rewrite-nodes.ts'
import { microsoftDomain } from '../microsoft-domain.ts'
import { readFloats } from '../weights.ts'

/**
 * Makes a DynamicQuantizeLSTM of an LSTM whose weights are known, with a scale for each row of a weight; undefined for all
 * other nodes.
 *
 * @see https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md#com.microsoft.DynamicQuantizeLSTM
 */
export async function rewriteLstm(node: NodeProto, place: Place): Promise<Rewritten | undefined> {
  // Its kernel has the layout of before opset 14 alone.
  if (!isOperator(node, 'LSTM') || intOf(node, 'layout', 0) !== 0) return undefined
  const weight = findMatrices(node.input[1], place)
  const recurrence = findMatrices(node.input[2], place)
  if (weight === undefined || recurrence === undefined) return undefined
  const [values = '', ...parameters] = await packMatrices(weight, place)
  const [recurrentValues = '', ...recurrentParameters] = await packMatrices(recurrence, place)
  // Bias, lengths, both states and peepholes.
  const others = [3, 4, 5, 6, 7].map((index) => node.input[index] ?? '')
  const inputs = [node.input[0] ?? '', values, recurrentValues, ...others, ...parameters, ...recurrentParameters]
  const attributes = node.attribute.filter(({ name }) => name !== 'layout')
  const { name, output } = node
  const bytesBefore = countBytes(weight) + countBytes(recurrence)
  const rows = [weight, recurrence].reduce((sum, { dims }) => sum + Number(dims[0]) * Number(dims[1]), 0)
  return {
    nodes: [makeNode('DynamicQuantizeLSTM', inputs, output, attributes, { name, domain: microsoftDomain })],
    change: {
      name: nameNode(node),
      what: 'gates of integers, a scale for each row',
      from: 'float32',
      to: 'int8',
      bytesBefore,
      bytesAfter: bytesBefore / 4 + 5 * rows,
    },
  }
}

/** A weight of [directions, gates · hidden, inputs]. */
function findMatrices(name: string | undefined, { scope }: Place): TensorProto | undefined {
  const found = scope.findWeight(name ?? '')
  return found?.dataType === DataType.FLOAT && found.dims.length === 3 ? found : undefined
}

/** Names of the values, [directions, inputs, gates · hidden], and of their scales and zero points. */
function packMatrices(tensor: TensorProto, { placeOf }: Place): Promise<readonly string[]> {
  const { newName, addWeight, share, weights } = placeOf(tensor)
  return share(`matrices ${tensor.name}`, async () => {
    const [directions = 0, rows = 0, columns = 0] = tensor.dims.map(Number)
    const given = await readFloats(weights, tensor)
    const values = new Int8Array(given.length)
    const scales = new Float32Array(directions * rows)
    for (let at = 0; at < directions; at += 1) {
      const part = given.subarray(at * rows * columns, (at + 1) * rows * columns)
      // Rows and columns are exchanged, and what was a row keeps its scale.
      const matrix = { values: part, rows: columns, columns: rows, rowStride: 1, columnStride: columns }
      const packed = quantizeSymmetric(matrix, 127, 'column')
      values.set(packed.values, at * rows * columns)
      scales.set(packed.scales, at * rows)
    }
    const zeros = new Int8Array(directions * rows)
    return [
      await addWeight(makeTensor(newName(`${tensor.name}_gates`), DataType.INT8, [directions, columns, rows], values)),
      await addWeight(makeTensor(newName(`${tensor.name}_gate_scales`), DataType.FLOAT, [directions, rows], scales)),
      await addWeight(makeTensor(newName(`${tensor.name}_gate_zeros`), DataType.INT8, [directions, rows], zeros)),
    ]
  })
}
