import { createHash } from 'node:crypto'
import { toBinary } from '@bufbuild/protobuf'
import { AttributeProtoSchema, type ModelProto, type NodeProto, type TensorProto } from 'onnx-buf'
import { copyMessage, createNames, removeDead, replaceUses } from '../../onnx/edit-graph.ts'
import { nameNode, nameOperator } from '../../onnx/graph.ts'
import { graphScopes, type Scope } from '../../onnx/scopes.ts'
import { countBytes, isExternal, tensorBytes } from '../../onnx/tensor.ts'
import type { PassChange } from '../../protocol/compression.ts'
import { type ConstantPart, findConstantPart } from './constant-part.ts'

/** Larger weights that a graph has of its own are not moved out of it with what is made of them. */
const smallBytes = 1024

/**
 * Moves what graphs inside of nodes compute from weights around them to where the weights are, equal computations to one:
 * each branch of an If would have its own copy of the value else, and as its weights are needed in the other branch too,
 * none would get smaller by being computed beforehand.
 *
 * @param model is changed
 */
export function hoistConstants(model: ModelProto): readonly PassChange[] {
  if (model.graph === undefined) return []
  const scopes = graphScopes(model.graph)
  const owners = new Map(scopes.flatMap((scope) => scope.graph.initializer.map((tensor) => [tensor, scope] as const)))
  const newName = createNames(model)
  const moved = new Map<Scope, Moved>()
  const changes: PassChange[] = []
  for (const scope of scopes.filter(({ isInner }) => isInner)) {
    const part = findConstantPart(scope)
    const others = new Map<string, string>()
    for (const [name, sources] of part.wanted) {
      const target = findTarget(scope, [...sources], owners, scopes)
      if (target === undefined) continue
      const place = moved.get(target) ?? { nodes: [], names: new Map(), newName }
      moved.set(target, place)
      others.set(name, moveValue(name, { part, scope, target, place }))
    }
    replaceUses(scope.graph, others)
    changes.push(...describe(part, others))
  }
  for (const [{ graph }, { nodes }] of moved) graph.node = [...nodes, ...graph.node]
  // What is left of it inside would count as a use of the weights.
  if (moved.size > 0) removeDead(model.graph)
  return changes
}

/** The innermost graph around that has a weight which a value is made from; undefined where the value has to stay. */
function findTarget(
  scope: Scope,
  sources: readonly TensorProto[],
  owners: ReadonlyMap<TensorProto, Scope>,
  scopes: readonly Scope[],
): Scope | undefined {
  const own = sources.filter((tensor) => owners.get(tensor) === scope)
  if (!own.every((tensor) => !isExternal(tensor) && countBytes(tensor) <= smallBytes)) return undefined
  // A graph comes before those inside of it, and all that have weights for this one are around it.
  const places = sources.flatMap((tensor) => owners.get(tensor) ?? []).filter((owner) => owner !== scope)
  return places.length === 0 ? undefined : scopes[Math.max(...places.map((owner) => scopes.indexOf(owner)))]
}

/** What was moved into a graph. */
interface Moved {
  readonly nodes: NodeProto[]
  /** Names of values and weights there, by what they are. */
  readonly names: Map<string, readonly string[]>
  readonly newName: (wanted: string) => string
}

interface Move {
  readonly part: ConstantPart
  readonly scope: Scope
  readonly target: Scope
  readonly place: Moved
}

/** The name that a value has in the graph around. */
function moveValue(name: string, move: Move): string {
  const { part, scope, target, place } = move
  if (name === '') return ''
  const producer = part.nodes.find(({ output }) => output.includes(name))
  const weight = producer === undefined ? scope.findWeight(name) : undefined
  if (producer !== undefined) return moveNode(producer, move)[producer.output.indexOf(name)] ?? name
  if (weight === undefined || !scope.graph.initializer.includes(weight)) return name
  const [own = ''] = remember(place, `weight ${digest(weight)}`, () => {
    const copy = copyMessage(weight)
    copy.name = place.newName(weight.name)
    target.graph.initializer.push(copy)
    return [copy.name]
  })
  return own
}

function moveNode(node: NodeProto, move: Move): readonly string[] {
  const { place } = move
  const inputs = node.input.map((each) => moveValue(each, move))
  const attributes = node.attribute.map((each) => Buffer.from(toBinary(AttributeProtoSchema, each)).toString('base64'))
  const key = JSON.stringify([nameOperator(node), inputs, attributes.toSorted(), node.output.length])
  return remember(place, key, () => {
    const copy = copyMessage(node)
    copy.input = inputs
    copy.output = node.output.map((each) => (each === '' ? '' : place.newName(each)))
    copy.name = place.newName(node.name)
    place.nodes.push(copy)
    return copy.output
  })
}

function remember({ names }: Moved, key: string, make: () => readonly string[]): readonly string[] {
  const known = names.get(key) ?? make()
  names.set(key, known)
  return known
}

function digest(tensor: TensorProto): string {
  const shape = `${tensor.dataType} ${tensor.dims.join(' ')} `
  return createHash('sha256').update(shape).update(tensorBytes(tensor)).digest('base64')
}

function describe({ nodes }: ConstantPart, others: ReadonlyMap<string, string>): readonly PassChange[] {
  const movedNodes = nodes.filter(({ output }) => output.some((name) => others.has(name)))
  return movedNodes.map((node) => ({
    name: nameNode(node),
    what: 'computed once, where its weights are',
    from: node.opType,
    to: node.opType,
    bytesBefore: 0,
    bytesAfter: 0,
  }))
}
