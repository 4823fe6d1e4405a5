import { type NodeProto, TensorProto_DataType as DataType } from 'onnx-buf'
import { intAttribute, makeNode } from '../../onnx/build-graph.ts'
import { nameNode } from '../../onnx/graph.ts'
import { makeTensor } from '../../onnx/tensor.ts'
import { findTable } from '../matrices/gather-rows.ts'
import type { Place, Rewritten } from '../matrices/rewrite-nodes.ts'
import { microsoftDomain } from '../microsoft-domain.ts'
import { useFloats } from '../weights.ts'
import { type BlockSettings, quantizeBlocks } from './quantize-blocks.ts'

/**
 * Keeps a table that rows are taken from (an embedding) in integers in blocks along its rows, which are made floats as they
 * are taken. Undefined for other nodes, and for rows that are no whole number of blocks.
 *
 * @see https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md#com.microsoft.GatherBlockQuantized
 */
export async function rewriteTable(
  node: NodeProto,
  place: Place,
  settings: BlockSettings,
): Promise<Rewritten | undefined> {
  const table = findTable(node, place.scope)
  if (table === undefined || table.columns % settings.blockSize !== 0) return undefined
  const { weight, rows, columns } = table
  const { bits, blockSize } = settings
  const owner = place.placeOf(weight)
  const packed = await owner.share(`blocks of rows ${weight.name}`, async () => {
    // What quantizes columns of a matrix is given the table on its side.
    const blocks = await useFloats(owner.weights, weight, (values) =>
      quantizeBlocks({ values, rows: columns, columns: rows, rowStride: 1, columnStride: columns }, settings),
    )
    return await storeBlocks(weight.name, [rows, columns / blockSize], blocks, owner)
  })
  const sizes = { bits, block_size: blockSize, gather_axis: 0, quantize_axis: 1 }
  const attributes = Object.entries(sizes).map(([name, value]) => intAttribute(name, value))
  const [data = '', ...parameters] = packed
  const inputs = [data, node.input[1] ?? '', ...parameters]
  const { name, output } = node
  const count = rows * columns
  return {
    nodes: [makeNode('GatherBlockQuantized', inputs, output, attributes, { name, domain: microsoftDomain })],
    change: {
      name: nameNode(node),
      what: `table in blocks of ${blockSize}`,
      from: 'float32',
      to: `uint${bits}`,
      bytesBefore: 4 * count,
      bytesAfter: (count * bits) / 8 + (4 * count) / blockSize,
    },
  }
}

async function storeBlocks(
  name: string,
  [rows, blocks]: readonly [rows: number, blocks: number],
  { values, scales, zeroPoints }: ReturnType<typeof quantizeBlocks>,
  { newName, addWeight }: Place,
): Promise<readonly string[]> {
  const names = [
    await addWeight(makeTensor(newName(`${name}_table`), DataType.UINT8, [rows, values.length / rows], values)),
    await addWeight(makeTensor(newName(`${name}_table_scales`), DataType.FLOAT, [rows, blocks], scales)),
  ]
  if (zeroPoints === undefined) return names
  const dims = [rows, zeroPoints.length / rows]
  return [...names, await addWeight(makeTensor(newName(`${name}_table_zeros`), DataType.UINT8, dims, zeroPoints))]
}
