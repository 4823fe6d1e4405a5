import { type ModelProto, type NodeProto, TensorProto_DataType as DataType, type TensorProto } from 'onnx-buf'
import { copyModel, createNames } from '../../onnx/edit-graph.ts'
import { findDeepUses, nameOperator, type Use } from '../../onnx/graph.ts'
import { graphScopes } from '../../onnx/scopes.ts'
import { countBytes, countElements } from '../../onnx/tensor.ts'
import { notApplicable, type PassContext } from '../pass.ts'
import type { PassChange } from '../../protocol/compression.ts'

/** A weight in another form, and nodes that make of it what it was, under its old name. */
export interface Stored {
  /** In memory. */
  readonly tensors: readonly TensorProto[]
  readonly nodes: readonly NodeProto[]
  readonly change: Pick<PassChange, 'what' | 'to'>
}

/** Operators whose small inputs say how they count, and have to be plain weights to be fused. */
const quantized = /[Qq]uant|QLinear|Integer|NBits/

/**
 * Keeps float32 weights of a model in another form. A runtime makes floats of them when it loads the model, so that it
 * computes as before.
 *
 * @param what says which weights are stored so, for the error when there is none
 * @param store gives undefined for a weight that stays
 * @throws COMPRESSION_NOT_APPLICABLE
 */
export async function storeWeights(
  about: { readonly title: string; readonly what: string; readonly minElements: number },
  model: ModelProto,
  { weights, signal }: PassContext,
  store: (
    tensor: TensorProto,
    uses: readonly Use[],
    newName: (wanted: string) => string,
  ) => Promise<Stored | undefined>,
): Promise<{ readonly model: ModelProto; readonly changes: readonly PassChange[] }> {
  const draft = copyModel(model)
  const changes: PassChange[] = []
  const newName = createNames(draft)
  for (const { graph, findWeight } of draft.graph === undefined ? [] : graphScopes(draft.graph)) {
    const uses = findDeepUses(graph)
    const widening: NodeProto[] = []
    const initializer: TensorProto[] = []
    for (const tensor of graph.initializer) {
      signal.throwIfAborted()
      const takers = uses.get(tensor.name) ?? []
      const isWanted = findWeight(tensor.name) === tensor && isLarge(tensor, about.minElements) && isPlain(takers)
      const stored = isWanted ? await store(tensor, takers, newName) : undefined
      if (stored === undefined) {
        initializer.push(tensor)
        continue
      }
      const bytesAfter = stored.tensors.reduce((sum, each) => sum + countBytes(each), 0)
      changes.push({
        name: tensor.name,
        from: 'float32',
        bytesBefore: countBytes(tensor),
        bytesAfter,
        ...stored.change,
      })
      for (const each of stored.tensors) initializer.push(await weights.store(each))
      widening.push(...stored.nodes)
    }
    graph.initializer = initializer
    graph.node = [...widening, ...graph.node]
  }
  if (changes.length > 0) return { model: draft, changes }
  throw notApplicable(about.title, `it has no ${about.what}`)
}

function isLarge(tensor: TensorProto, minElements: number): boolean {
  return tensor.dataType === DataType.FLOAT && countElements(tensor) >= minElements
}

function isPlain(uses: readonly Use[]): boolean {
  return uses.length > 0 && uses.every(({ node }) => !quantized.test(nameOperator(node)))
}
