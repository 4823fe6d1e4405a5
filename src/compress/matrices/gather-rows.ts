import { type NodeProto, TensorProto_DataType as DataType, type TensorProto } from 'onnx-buf'
import { intOf } from '../../onnx/attributes.ts'
import { intAttribute, makeNode } from '../../onnx/build-graph.ts'
import { isOperator, nameNode } from '../../onnx/graph.ts'
import { makeTensor } from '../../onnx/tensor.ts'
import type { Scope } from '../../onnx/scopes.ts'
import type { Place, Rewritten } from './rewrite-nodes.ts'
import { useFloats } from '../weights.ts'
import { quantizeSymmetric } from './quantize-symmetric.ts'

/** Below this a table is not worth its scales. */
const minElements = 1024

/** A table of floats that a node takes rows from. */
export interface Table {
  readonly weight: TensorProto
  readonly rows: number
  readonly columns: number
}

/** Undefined for other nodes, and for tables that are too small. */
export function findTable(node: NodeProto, scope: Scope): Table | undefined {
  const isRows = isOperator(node, 'Gather') && intOf(node, 'axis', 0) === 0
  const weight = isRows ? scope.findWeight(node.input[0] ?? '') : undefined
  if (weight?.dataType !== DataType.FLOAT || weight.dims.length !== 2) return undefined
  const [rows = 0, columns = 0] = weight.dims.map(Number)
  return rows * columns < minElements || columns < 8 ? undefined : { weight, rows, columns }
}

/**
 * Keeps a table that rows are taken from (an embedding) as int8 with a scale for each row: Gather → Cast → Mul by the
 * scales of the rows.
 */
export async function rewriteGather(node: NodeProto, place: Place): Promise<Rewritten | undefined> {
  const found = findTable(node, place.scope)
  if (found === undefined) return undefined
  const { weight: table, rows, columns } = found
  const { newName, weights, share, addWeight } = place.placeOf(table)
  const [values = '', scales = ''] = await share(`rows ${table.name}`, async () => {
    const packed = await useFloats(weights, table, (floats) =>
      quantizeSymmetric({ values: floats, rows, columns, rowStride: columns, columnStride: 1 }, 127, 'row'),
    )
    return [
      await addWeight(makeTensor(newName(`${table.name}_rows`), DataType.INT8, [rows, columns], packed.values)),
      await addWeight(makeTensor(newName(`${table.name}_row_scales`), DataType.FLOAT, [rows, 1], packed.scales)),
    ]
  })
  const [, indices = ''] = node.input
  const [output = ''] = node.output
  const [integers, floats, factors] = ['integers', 'floats', 'factors'].map((each) =>
    newName(`${node.name || output}_${each}`),
  )
  const nodes = [
    makeNode('Gather', [values, indices], [integers ?? '']),
    makeNode('Cast', [integers ?? ''], [floats ?? ''], [intAttribute('to', DataType.FLOAT)]),
    makeNode('Gather', [scales, indices], [factors ?? '']),
    makeNode('Mul', [floats ?? '', factors ?? ''], [output], [], { name: node.name }),
  ]
  const [bytesBefore, bytesAfter] = [4 * rows * columns, rows * (columns + 4)]
  return {
    nodes,
    change: {
      name: nameNode(node),
      what: 'table of integers, a scale for each row',
      from: 'float32',
      to: 'int8',
      bytesBefore,
      bytesAfter,
    },
  }
}
