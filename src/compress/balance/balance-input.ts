import type { GraphProto, NodeProto } from 'onnx-buf'
import { TensorProto_DataType as DataType, type TensorProto } from 'onnx-buf'
import { makeNode } from '../../onnx/build-graph.ts'
import { nameNode } from '../../onnx/graph.ts'
import type { Scope } from '../../onnx/scopes.ts'
import { countBytes, makeTensor } from '../../onnx/tensor.ts'
import type { MatrixNode } from '../matrices/matrix-node.ts'
import type { PassChange } from '../../protocol/compression.ts'
import { useFloats, type Weights } from '../weights.ts'
import type { BalancedInput } from './balanced-inputs.ts'
import { type Divided, findAbsorber } from './find-absorber.ts'

export interface BalanceSettings {
  readonly weights: Weights
  readonly newName: (wanted: string) => string
  /** Whether a Mul may be put before products; asked where no weights take the division up. */
  readonly mayInsert: () => Promise<boolean>
}

/**
 * Divides the channels of a value by factors, and multiplies the rows of the weights that it is multiplied by with them.
 *
 * @param scope whose graph and nodes are changed
 * @returns nothing when the division has no place
 */
export async function balanceInput(
  { name, products }: BalancedInput,
  factors: Float32Array,
  scope: Scope,
  { weights, newName, mayInsert }: BalanceSettings,
): Promise<readonly PassChange[]> {
  const takers = new Set(products.map(({ node }) => node))
  const absorber = findAbsorber(name, factors.length, scope, ({ node, input }) => input === 0 && takers.has(node))
  if (absorber === undefined && !(await mayInsert())) return []
  const { graph } = scope
  const add = async (tensor: TensorProto) => {
    graph.initializer.push(await weights.store(tensor))
    return tensor.name
  }
  const inverse = factors.map((factor) => 1 / factor)
  const place = { inverse, weights, newName, add }
  if (absorber === undefined) await insertDivision(name, takers, graph, place)
  else for (const each of absorber) each.node.input[each.input] = await divideWeight(each, place)
  const scaled = new Map<string, string>()
  for (const product of products) {
    const key = `${product.isTransposed} ${product.weight.name}`
    const own = scaled.get(key) ?? (await add(await multiplyRows(product, factors, weights, newName)))
    scaled.set(key, own)
    product.node.input[1] = own
  }
  const what =
    absorber === undefined ? 'balanced with its input, which a Mul divides' : 'balanced with weights before it'
  return products.map(({ node, weight }) => {
    const bytes = countBytes(weight)
    return { name: nameNode(node), what, from: 'float32', to: 'float32', bytesBefore: bytes, bytesAfter: bytes }
  })
}

interface DivisionPlace {
  readonly inverse: Float32Array
  readonly weights: Weights
  readonly newName: (wanted: string) => string
  readonly add: (tensor: TensorProto) => Promise<string>
}

async function insertDivision(
  name: string,
  takers: ReadonlySet<NodeProto>,
  graph: GraphProto,
  { inverse, newName, add }: DivisionPlace,
): Promise<void> {
  const factors = await add(
    makeTensor(newName(`${name}_balance`), DataType.FLOAT, [inverse.length], Array.from(inverse)),
  )
  const balanced = newName(`${name}_balanced`)
  const first = graph.node.findIndex((node) => takers.has(node))
  for (const node of takers) node.input[0] = balanced
  graph.node.splice(first, 0, makeNode('Mul', [name, factors], [balanced], [], { name: newName(`${name}_balancing`) }))
}

async function divideWeight(
  { weight, inner }: Divided,
  { inverse, weights, newName, add }: DivisionPlace,
): Promise<string> {
  const values = await useFloats(weights, weight, (given) =>
    given.map((value, index) => value * (inverse[Math.floor(index / inner) % inverse.length] ?? 1)),
  )
  return add(makeTensor(newName(`${weight.name}_balanced`), DataType.FLOAT, weight.dims, values))
}

async function multiplyRows(
  { weight, rows, columns, isTransposed }: MatrixNode,
  factors: Float32Array,
  weights: Weights,
  newName: (wanted: string) => string,
): Promise<TensorProto> {
  const values = await useFloats(weights, weight, (given) =>
    given.map((value, index) => value * (factors[isTransposed ? index % rows : Math.floor(index / columns)] ?? 1)),
  )
  return makeTensor(newName(`${weight.name}_balanced`), DataType.FLOAT, weight.dims, values)
}
