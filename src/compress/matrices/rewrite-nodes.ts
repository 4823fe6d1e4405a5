import type { ModelProto, NodeProto, TensorProto } from 'onnx-buf'
import { copyModel, createNames, removeDead } from '../../onnx/edit-graph.ts'
import { modelTensors } from '../../onnx/model-tensors.ts'
import { graphScopes, type Scope } from '../../onnx/scopes.ts'
import { storedBytes } from '../../onnx/tensor.ts'
import { notApplicable, type PassContext } from '../pass.ts'
import type { PassChange } from '../../protocol/compression.ts'
import type { Weights } from '../weights.ts'

/** The graph that a node is in, and where what stands for the node is put. */
export interface Place {
  readonly scope: Scope
  readonly weights: Weights
  readonly newName: (wanted: string) => string
  /**
   * Names of values that nodes of this graph have in common, by a key that says what they are.
   *
   * @param make is called for the first of them
   */
  share(key: string, make: () => Promise<readonly string[]>): Promise<readonly string[]>
  /** Puts a weight into the graph. */
  addWeight(tensor: TensorProto): Promise<string>
  /** Where a weight lies: what is made of it is put there, so that graphs inside of others have it in common. */
  placeOf(weight: TensorProto): Place
}

/** What stands for a node: the last of them makes its output. */
export interface Rewritten {
  readonly nodes: readonly NodeProto[]
  readonly change: PassChange
}

/**
 * Puts other nodes for nodes of a model, and takes out what nothing needs any more.
 *
 * @param rewrite gives undefined for a node that stays
 * @param what says which nodes it is about, for the error when there is none
 * @throws COMPRESSION_NOT_APPLICABLE when no node was rewritten, or the model got no smaller
 */
export async function rewriteNodes(
  { title, what }: { readonly title: string; readonly what: string },
  model: ModelProto,
  { weights, signal }: PassContext,
  rewrite: (node: NodeProto, place: Place) => Promise<Rewritten | undefined>,
): Promise<{ readonly model: ModelProto; readonly changes: readonly PassChange[] }> {
  const draft = copyModel(model)
  const changes: PassChange[] = []
  const newName = createNames(draft)
  const places = new Map<TensorProto, Place>()
  for (const scope of draft.graph === undefined ? [] : graphScopes(draft.graph)) {
    const place = createPlace(scope, weights, newName, places)
    for (const weight of scope.graph.initializer) places.set(weight, place)
    const nodes: NodeProto[] = []
    for (const node of scope.graph.node) {
      signal.throwIfAborted()
      const rewritten = await rewrite(node, place)
      nodes.push(...(rewritten?.nodes ?? [node]))
      if (rewritten !== undefined) changes.push(rewritten.change)
    }
    scope.graph.node = nodes
  }
  if (changes.length === 0 || draft.graph === undefined) {
    throw notApplicable(title, `it has no ${what}`)
  }
  removeDead(draft.graph)
  if (sumBytes(draft) < sumBytes(model)) return { model: draft, changes }
  throw notApplicable(title, 'its weights are too small, or needed as they are elsewhere too')
}

/** @param places of weights, those of graphs around included */
function createPlace(
  scope: Scope,
  weights: Weights,
  newName: (wanted: string) => string,
  places: ReadonlyMap<TensorProto, Place>,
): Place {
  const shared = new Map<string, readonly string[]>()
  const place: Place = {
    scope,
    weights,
    newName,
    async share(key, make) {
      const names = shared.get(key) ?? (await make())
      shared.set(key, names)
      return names
    },
    async addWeight(tensor) {
      scope.graph.initializer.push(await weights.store(tensor))
      return tensor.name
    },
    placeOf: (weight) => places.get(weight) ?? place,
  }
  return place
}

function sumBytes(model: ModelProto): number {
  return modelTensors(model).reduce((sum, tensor) => sum + storedBytes(tensor), 0)
}
