import { type NodeProto, TensorProto_DataType as DataType, type TensorProto } from 'onnx-buf'
import { floatOf, intOf } from '../../onnx/attributes.ts'
import { makeNode } from '../../onnx/build-graph.ts'
import { isOperator } from '../../onnx/graph.ts'
import type { Scope } from '../../onnx/scopes.ts'
import { makeTensor } from '../../onnx/tensor.ts'
import { readFloats, useFloats, type Weights } from '../weights.ts'
import type { Place } from './rewrite-nodes.ts'

/** A node that multiplies by a float32 matrix that is known. */
export interface MatrixNode {
  readonly node: NodeProto
  readonly weight: TensorProto
  readonly rows: number
  readonly columns: number
  /** Whether the weight is [columns, rows]. */
  readonly isTransposed: boolean
  /** What the product is multiplied by. */
  readonly factor: number
  /** What is added to it, times a factor. */
  readonly bias: { readonly name: string; readonly factor: number } | undefined
}

/** A matrix in memory, read as `values[row · rowStride + column · columnStride]`. */
export interface Matrix {
  readonly values: Float32Array
  readonly rows: number
  readonly columns: number
  readonly rowStride: number
  readonly columnStride: number
}

/** A MatMul or Gemm whose second factor is a weight of two dimensions; undefined for all other nodes. */
export function findMatrixNode(node: NodeProto, scope: Scope): MatrixNode | undefined {
  const isGemm = isOperator(node, 'Gemm')
  const weight = isGemm || isOperator(node, 'MatMul') ? scope.findWeight(node.input[1] ?? '') : undefined
  if (weight?.dataType !== DataType.FLOAT || weight.dims.length !== 2) return undefined
  const isTransposed = isGemm && intOf(node, 'transB', 0) === 1
  const [first = 0, second = 0] = weight.dims.map(Number)
  const [rows, columns] = isTransposed ? [second, first] : [first, second]
  const plain = { node, weight, rows, columns, isTransposed }
  if (!isGemm) return { ...plain, factor: 1, bias: undefined }
  const name = node.input[2] ?? ''
  const beta = floatOf(node, 'beta', 1)
  const isKnown = beta === 1 || scope.findWeight(name)?.dataType === DataType.FLOAT
  if (intOf(node, 'transA', 0) === 1 || (name !== '' && !isKnown)) return undefined
  return { ...plain, factor: floatOf(node, 'alpha', 1), bias: name === '' ? undefined : { name, factor: beta } }
}

/** Gives the matrix to a function; afterwards it is not to be used any more, as with `useFloats`. */
export function useMatrix<T>(
  { weight, rows, columns, isTransposed }: MatrixNode,
  weights: Weights,
  use: (matrix: Matrix) => T,
): Promise<T> {
  const strides = isTransposed ? { rowStride: 1, columnStride: rows } : { rowStride: columns, columnStride: 1 }
  return useFloats(weights, weight, (values) => use({ values, rows, columns, ...strides }))
}

/**
 * Nodes that multiply, and one that adds the bias if there is one.
 *
 * @param multiply makes nodes for the product, given the name for it
 */
export async function multiplyAndAdd(
  { node, bias }: MatrixNode,
  place: Place,
  multiply: (product: string) => readonly NodeProto[],
): Promise<readonly NodeProto[]> {
  const [output = ''] = node.output
  if (bias === undefined) return multiply(output)
  const product = place.newName(`${output}_product`)
  const name = place.newName(`${node.name}_bias`)
  return [...multiply(product), makeNode('Add', [product, await scaleBias(bias, place)], [output], [], { name })]
}

async function scaleBias(
  { name, factor }: { readonly name: string; readonly factor: number },
  { scope, newName, weights, addWeight }: Place,
): Promise<string> {
  const weight = scope.findWeight(name)
  if (factor === 1 || weight === undefined) return name
  const values = Array.from(await readFloats(weights, weight), (value) => value * factor)
  return addWeight(makeTensor(newName(`${name}_scaled`), DataType.FLOAT, weight.dims, values))
}
