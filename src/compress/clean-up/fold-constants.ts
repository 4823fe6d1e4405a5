import { create } from '@bufbuild/protobuf'
import { GraphProtoSchema, type ModelProto, type NodeProto, type TensorProto, ValueInfoProtoSchema } from 'onnx-buf'
import { copyMessage } from '../../onnx/edit-graph.ts'
import { findUses, nameNode } from '../../onnx/graph.ts'
import { graphScopes, type Scope } from '../../onnx/scopes.ts'
import { countBytes, withBytes } from '../../onnx/tensor.ts'
import type { PassContext } from '../pass.ts'
import type { PassChange } from '../../protocol/compression.ts'
import { type ConstantPart, countInputs, findConstantPart } from './constant-part.ts'

/** What a value may have more than the weights that go when it is there. */
const spareBytes = 1024

/**
 * Computes beforehand what depends on weights alone, by running that part of the model, and makes weights of it. A value
 * that would make the file larger, as its sources are needed elsewhere too, stays to be computed.
 */
export async function foldConstants(model: ModelProto, context: PassContext): Promise<readonly PassChange[]> {
  const changes: PassChange[] = []
  if (model.graph === undefined || context.evaluate === undefined) return changes
  const scopes = graphScopes(model.graph)
  const uses = countUses(scopes)
  for (const scope of scopes) {
    const part = findConstantPart(scope)
    if (part.wanted.size === 0) continue
    const values = await context.evaluate(await makePart(model, part, context))
    changes.push(...replaceByWeights(scope, part, values, findFreed(part, uses)))
  }
  return changes
}

/** How many inputs of nodes each weight is, over all graphs. */
function countUses(scopes: readonly Scope[]): ReadonlyMap<TensorProto, number> {
  const counts = new Map<TensorProto, number>()
  for (const scope of scopes) for (const node of scope.graph.node) countInputs(counts, node, scope)
  return counts
}

/** For each value, the bytes of the weights that nothing needs any more once the value is one. */
function findFreed(
  { weights, wanted }: ConstantPart,
  uses: ReadonlyMap<TensorProto, number>,
): ReadonlyMap<string, number> {
  const takers = new Map<TensorProto, number>()
  for (const sources of wanted.values()) for (const each of sources) takers.set(each, (takers.get(each) ?? 0) + 1)
  const isFreed = (tensor: TensorProto) => takers.get(tensor) === 1 && weights.get(tensor) === uses.get(tensor)
  return new Map(
    [...wanted].map(([name, sources]) => [
      name,
      [...sources].filter(isFreed).reduce((sum, each) => sum + countBytes(each), 0),
    ]),
  )
}

/** A model of its own, without inputs, that has what is wanted as outputs. */
async function makePart(
  model: ModelProto,
  { nodes, weights, wanted }: ConstantPart,
  { weights: store }: PassContext,
): Promise<ModelProto> {
  const part = copyMessage(model)
  const initializer: TensorProto[] = []
  for (const tensor of weights.keys()) {
    initializer.push(withBytes(tensor, await store.readBytes(tensor)))
  }
  part.graph = create(GraphProtoSchema, {
    name: 'constants',
    node: [...nodes],
    initializer,
    output: [...wanted.keys()].map((name) => create(ValueInfoProtoSchema, { name })),
  })
  return part
}

function replaceByWeights(
  { graph }: Scope,
  part: ConstantPart,
  values: readonly TensorProto[],
  freed: ReadonlyMap<string, number>,
): readonly PassChange[] {
  const found = new Map(values.map((tensor) => [tensor.name, tensor]))
  const isSmall = (name: string) => {
    const tensor = found.get(name)
    return tensor !== undefined && countBytes(tensor) <= (freed.get(name) ?? Number.NEGATIVE_INFINITY) + spareBytes
  }
  const uses = findUses(graph)
  const outputs = new Set(graph.output.map(({ name }) => name))
  const replaced = new Map<NodeProto, readonly TensorProto[]>()
  for (const node of part.nodes) {
    const used = node.output.filter((name) => uses.has(name) || outputs.has(name))
    if (used.length > 0 && used.every(isSmall))
      replaced.set(
        node,
        used.flatMap((name) => found.get(name) ?? []),
      )
  }
  graph.node = graph.node.filter((node) => !replaced.has(node))
  for (const tensors of replaced.values()) graph.initializer.push(...tensors)
  return [...replaced].map(([node, tensors]) => ({
    name: nameNode(node),
    what: 'computed beforehand',
    from: node.opType,
    to: 'weight',
    bytesBefore: tensors.reduce((sum, { name }) => sum + (freed.get(name) ?? 0), 0),
    bytesAfter: tensors.reduce((sum, tensor) => sum + countBytes(tensor), 0),
  }))
}
