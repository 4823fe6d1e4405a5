import { type NodeProto, TensorProto_DataType as DataType, type TensorProto } from 'onnx-buf'
import { findAttribute, intOf } from '../../onnx/attributes.ts'
import { intsAttribute, makeNode } from '../../onnx/build-graph.ts'
import { isOperator } from '../../onnx/graph.ts'
import type { Scope } from '../../onnx/scopes.ts'

/** A layer whose weight can be taken as a matrix. */
export interface MatrixLayer {
  readonly node: NodeProto
  readonly weight: TensorProto
  /** The weight's first dimension, and the product of the others. */
  readonly rows: number
  readonly columns: number
  /** Whether the layer's inputs run along the rows of the matrix, so that its left part comes first; else the right one. */
  readonly isLeftFirst: boolean
}

/** A Gemm, a MatMul by a matrix, or a Conv without groups, whose weight is known; undefined for all others. */
export function findMatrixLayer(node: NodeProto, scope: Scope): MatrixLayer | undefined {
  const isConv = isOperator(node, 'Conv') && intOf(node, 'group', 1) === 1
  const isGemm = isOperator(node, 'Gemm')
  const weight = isConv || isGemm || isOperator(node, 'MatMul') ? scope.findWeight(node.input[1] ?? '') : undefined
  if (weight?.dataType !== DataType.FLOAT || (isConv ? weight.dims.length < 3 : weight.dims.length !== 2)) {
    return undefined
  }
  const [rows = 0, ...others] = weight.dims.map(Number)
  const columns = others.reduce((product, dim) => product * dim, 1)
  return { node, weight, rows, columns, isLeftFirst: !isConv && intOf(node, 'transB', 0) === 0 }
}

/** Dimensions of the two parts of a layer's weight. */
export function partDims({ node, weight }: MatrixLayer, rank: number): readonly (readonly number[])[] {
  const [first = 0, ...others] = weight.dims.map(Number)
  const ones = isOperator(node, 'Conv') ? others.slice(1).map(() => 1) : []
  return [
    [first, rank, ...ones],
    [rank, ...others],
  ]
}

/**
 * The two nodes of one layer: the first has what moves over the input, the second its place, its bias and its factors.
 *
 * @param names of the two parts of the weight
 */
export function splitLayer(
  { node, isLeftFirst }: MatrixLayer,
  [left, right]: readonly [string, string],
  newName: (wanted: string) => string,
): readonly NodeProto[] {
  const [input = '', , ...bias] = node.input
  const [output = ''] = node.output
  const middle = newName(`${output}_low_rank`)
  const [first, second] = isLeftFirst ? [left, right] : [right, left]
  const pick = (...names: readonly string[]) => names.flatMap((name) => findAttribute(node, name) ?? [])
  const [before, after] = isOperator(node, 'Conv')
    ? [node.attribute, [intsAttribute('kernel_shape', kernelOnes(node))].filter(({ ints }) => ints.length > 0)]
    : [pick('transA', 'transB'), pick('transB', 'alpha', 'beta')]
  return [
    makeNode(node.opType, [input, first], [middle], before, { domain: node.domain }),
    makeNode(node.opType, [middle, second, ...bias], [output], after, { name: node.name, domain: node.domain }),
  ]
}

/** As many as the kernel has dimensions; none when the node leaves them to its weight. */
function kernelOnes(node: NodeProto): readonly number[] {
  return findAttribute(node, 'kernel_shape')?.ints.map(() => 1) ?? []
}
