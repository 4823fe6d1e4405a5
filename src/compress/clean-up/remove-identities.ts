import type { ModelProto, NodeProto } from 'onnx-buf'
import { replaceUses } from '../../onnx/edit-graph.ts'
import { findProducers, findUses, isOperator, nameNode, opsetVersion } from '../../onnx/graph.ts'
import { type Scope, graphScopes } from '../../onnx/scopes.ts'
import { isExternal, readTensor } from '../../onnx/tensor.ts'
import type { PassChange } from '../../protocol/compression.ts'

/** Removes nodes that give what they take: Identity, and Dropout outside of training. */
export function removeIdentities(model: ModelProto): readonly PassChange[] {
  if (model.graph === undefined) return []
  const opset = opsetVersion(model) ?? 0
  return graphScopes(model.graph).flatMap((scope) => removeFrom(scope, opset))
}

function removeFrom(scope: Scope, opset: number): readonly PassChange[] {
  const { graph } = scope
  const uses = findUses(graph)
  const outputs = new Set(graph.output.map(({ name }) => name))
  const renamed = new Map<string, string>()
  const gone = new Set<NodeProto>()
  const producers = findProducers(graph)
  for (const node of graph.node) {
    const [from = ''] = node.input
    const [to = ''] = node.output
    if (!isIdentity(node, scope, opset) || node.output.slice(1).some((name) => uses.has(name) || outputs.has(name)))
      continue
    if (!outputs.has(to)) renamed.set(to, follow(renamed, from))
    else if (!takeName(producers, outputs, renamed, from, to)) continue
    gone.add(node)
  }
  graph.node = graph.node.filter((node) => !gone.has(node))
  replaceUses(graph, new Map([...renamed.keys()].map((name) => [name, follow(renamed, name)])))
  return [...gone].map((node) => ({
    name: nameNode(node),
    what: 'removed: it gives what it takes',
    from: node.opType,
    to: '',
    bytesBefore: 0,
    bytesAfter: 0,
  }))
}

/** Makes the node that makes a value give it the name of an output of the graph at once. */
function takeName(
  producers: ReadonlyMap<string, NodeProto>,
  outputs: ReadonlySet<string>,
  renamed: Map<string, string>,
  from: string,
  to: string,
): boolean {
  const made = follow(renamed, from)
  const producer = producers.get(made)
  if (producer === undefined || outputs.has(made)) return false
  producer.output = producer.output.map((name) => (name === made ? to : name))
  renamed.set(made, to)
  return true
}

/** The name that stands for another in the end. A circle of nodes, the one way not to come to it, is refused before. */
function follow(renamed: ReadonlyMap<string, string>, start: string): string {
  let name = start
  for (let next = renamed.get(name); next !== undefined; next = renamed.get(name)) name = next
  return name
}

/** Dropout has a seed and a mask only while it trains; before version 7 it had to be told that it does not. */
function isIdentity(node: NodeProto, scope: Scope, opset: number): boolean {
  if (isOperator(node, 'Identity')) return node.input.length === 1
  if (!isOperator(node, 'Dropout') || opset < 7) return false
  const training = node.input[2] ?? ''
  if (training === '') return true
  const value = scope.findWeight(training)
  return value !== undefined && !isExternal(value) && Number(readTensor(value)[0] ?? 0) === 0
}
