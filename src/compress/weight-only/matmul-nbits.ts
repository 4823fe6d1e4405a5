import { type ModelProto, type NodeProto, TensorProto_DataType as DataType } from 'onnx-buf'
import { intAttribute, makeNode } from '../../onnx/build-graph.ts'
import { nameNode } from '../../onnx/graph.ts'
import { makeTensor } from '../../onnx/tensor.ts'
import { rewriteGather } from '../matrices/gather-rows.ts'
import { findMatrixNode, type MatrixNode, multiplyAndAdd, useMatrix } from '../matrices/matrix-node.ts'
import { type Place, rewriteNodes } from '../matrices/rewrite-nodes.ts'
import { importMicrosoftDomain, microsoftDomain } from '../microsoft-domain.ts'
import type { PassContext, PassResult } from '../pass.ts'
import type { OptionValues } from '../pass-options.ts'
import type { blockOptions } from './block-options.ts'
import { rewriteTable } from './gather-nbits.ts'
import { type BlockSettings, quantizeBlocks } from './quantize-blocks.ts'

interface WeightOnlySettings extends BlockSettings {
  /** What activations are rounded to inside of the operator. */
  readonly accuracy: 'float32' | 'int8'
  /** Of tables that rows are taken from: as integers with a scale for each row, in blocks, or left as they are. */
  readonly tables: 'rows' | 'blocks' | undefined
}

/** Makes MatMulNBits of every MatMul and Gemm whose weight is a known matrix; activations stay as they are. */
export async function quantizeWeights(
  { title, bits, tables }: { readonly title: string } & Pick<WeightOnlySettings, 'bits' | 'tables'>,
  model: ModelProto,
  { blockSize, symmetric, accuracy }: OptionValues<typeof blockOptions>,
  context: PassContext,
): Promise<PassResult> {
  const settings: WeightOnlySettings = {
    bits,
    blockSize: Number(blockSize),
    isSymmetric: symmetric,
    accuracy,
    tables,
  }
  const about = {
    title,
    what: 'MatMul, Gemm or Gather of a float32 matrix that is a weight, and gets smaller in blocks',
  }
  const { model: made, changes } = await rewriteNodes(about, model, context, async (node, place) => {
    const found = findMatrixNode(node, place.scope)
    if (found === undefined) return rewriteAnyTable(node, place, settings)
    const [before, after] = [4 * found.rows * found.columns, packedBytes(found, settings)]
    if (after >= before) return undefined
    const owner = place.placeOf(found.weight)
    const packed = await owner.share(`${found.isTransposed}/${found.factor}/${found.weight.name}`, () =>
      packWeight(found, settings, owner),
    )
    const nodes = await multiplyAndAdd(found, place, (product) => [
      makeNode('MatMulNBits', [node.input[0] ?? '', ...packed], [product], attributesOf(found, settings), {
        name: node.name,
        domain: microsoftDomain,
      }),
    ])
    const what = `weights in blocks of ${settings.blockSize}`
    return {
      nodes,
      change: {
        name: nameNode(node),
        what,
        from: 'float32',
        to: `uint${settings.bits}`,
        bytesBefore: before,
        bytesAfter: after,
      },
    }
  })
  // Integers of a table that are no blocks are signed.
  const isNeeded = changes.some(({ to }) => to.startsWith('uint'))
  if (isNeeded) importMicrosoftDomain(made)
  return { model: made, changes, bound: undefined }
}

/** Blocks where the rows are whole ones, else a scale for each row. */
async function rewriteAnyTable(node: NodeProto, place: Place, settings: WeightOnlySettings) {
  if (settings.tables === undefined) return undefined
  const blocks = settings.tables === 'blocks' ? await rewriteTable(node, place, settings) : undefined
  return blocks ?? rewriteGather(node, place)
}

function attributesOf({ rows, columns }: MatrixNode, { bits, blockSize, accuracy }: WeightOnlySettings) {
  const sizes = { K: rows, N: columns, bits, block_size: blockSize }
  // 4 stands for int8.
  const all = accuracy === 'int8' ? { ...sizes, accuracy_level: 4 } : sizes
  return Object.entries(all).map(([name, value]) => intAttribute(name, value))
}

function packedBytes({ rows, columns }: MatrixNode, { bits, blockSize, isSymmetric }: BlockSettings): number {
  const blocks = Math.ceil(rows / blockSize)
  return columns * ((blocks * blockSize * bits) / 8 + 4 * blocks + (isSymmetric ? 0 : Math.ceil((blocks * bits) / 8)))
}

/** Values, scales and zero points, by their names. */
async function packWeight(
  found: MatrixNode,
  settings: BlockSettings,
  { weights, newName, addWeight }: Place,
): Promise<readonly string[]> {
  const { bits, blockSize } = settings
  const { weight, rows, columns, factor } = found
  const { values, scales, zeroPoints } = await useMatrix(found, weights, (matrix) => quantizeBlocks(matrix, settings))
  const dims = [columns, Math.ceil(rows / blockSize), (blockSize * bits) / 8]
  const scaled = scales.map((scale) => scale * factor)
  const names = [
    await addWeight(makeTensor(newName(`${weight.name}_q${bits}`), DataType.UINT8, dims, values)),
    await addWeight(makeTensor(newName(`${weight.name}_scales`), DataType.FLOAT, [scaled.length], scaled)),
  ]
  if (zeroPoints === undefined) return names
  const name = newName(`${weight.name}_zero_points`)
  return [...names, await addWeight(makeTensor(name, DataType.UINT8, [zeroPoints.length], zeroPoints))]
}
