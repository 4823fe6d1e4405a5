import type { ModelProto, NodeProto } from 'onnx-buf'
import { copyMessage } from '../../onnx/edit-graph.ts'
import { findUses, isOperator } from '../../onnx/graph.ts'
import { graphScopes, type Scope } from '../../onnx/scopes.ts'
import { findMatrixNode } from '../matrices/matrix-node.ts'
import type { PassContext } from '../pass.ts'
import type { Weights } from '../weights.ts'
import { isRow } from './choose-nodes.ts'

/** A product and the node that adds a weight to each of its rows. */
interface Joint {
  readonly product: NodeProto
  readonly sum: NodeProto
  readonly bias: string
}

/**
 * Makes a Gemm of a MatMul of two dimensions and the Add behind it. The runtime does that too, but before it looks for
 * integers, so what is a bias in float then keeps the whole product in float.
 *
 * @param draft is changed
 */
export async function joinBiases(
  draft: ModelProto,
  model: ModelProto,
  calibrate: NonNullable<PassContext['calibrate']>,
  weights: Weights,
): Promise<void> {
  const [scope] = draft.graph === undefined ? [] : graphScopes(draft.graph)
  const joints = scope === undefined ? [] : findJoints(scope)
  if (scope === undefined || joints.length === 0) return
  const inputs = [...new Set(joints.map(({ product }) => product.input[0] ?? ''))]
  const seen = await calibrate(model, inputs, { method: 'min-max', samples: 1, weights })
  for (const { product, sum, bias } of joints) {
    if (seen.get(product.input[0] ?? '')?.rank !== 2) continue
    const joined = copyMessage(product)
    joined.opType = 'Gemm'
    joined.input = [...product.input, bias]
    joined.output = [...sum.output]
    scope.graph.node = scope.graph.node.flatMap((node) => (node === product ? [joined] : node === sum ? [] : [node]))
  }
}

function findJoints(scope: Scope): readonly Joint[] {
  const uses = findUses(scope.graph)
  const outputs = new Set(scope.graph.output.map(({ name }) => name))
  return scope.graph.node.flatMap((product) => {
    const [output = ''] = product.output
    const [use, ...others] = uses.get(output) ?? []
    const matrix = isOperator(product, 'MatMul') ? findMatrixNode(product, scope) : undefined
    if (matrix === undefined || outputs.has(output)) return []
    if (use === undefined || others.length > 0 || !isOperator(use.node, 'Add')) return []
    const bias = use.node.input.find((name) => name !== output)
    const tensor = bias === undefined ? undefined : scope.findWeight(bias)
    // Of three dimensions it would give one more.
    if (bias === undefined || tensor === undefined || !isRow(tensor, matrix.columns) || tensor.dims.length > 2)
      return []
    return [{ product, sum: use.node, bias }]
  })
}
