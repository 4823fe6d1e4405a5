import { clearField, isFieldSet } from '@bufbuild/protobuf'
import { type ModelProto, type NodeProto, NodeProtoSchema } from 'onnx-buf'
import { copyModel } from '../onnx/edit-graph.ts'
import { eachGraph } from '../onnx/graph.ts'
import { RunwrightError } from '../protocol/errors.ts'

/** Stands in place of the domain of an operator that passes are not to know, with a domain that is set behind it. */
const mark = 'runwright.hidden'
const markBefore = `${mark}:`

const domainField = NodeProtoSchema.field.domain

/** How a layer is called: by the first value that it makes, since its name may be missing, or be that of another one too. */
export function layerName({ output }: Pick<NodeProto, 'output'>): string {
  return output.find((name) => name !== '') ?? ''
}

/**
 * A copy of a model in which some layers are operators that no pass knows, so that whatever passes there are leave them as
 * they are. `showLayers` makes them what they were.
 *
 * @throws INVALID_PARAMETER_VALUE when the model has no such layer
 */
export function hideLayers(model: ModelProto, layers: readonly string[]): ModelProto {
  const draft = copyModel(model)
  const left = new Set(layers)
  const hidden = new Set(layers)
  for (const node of nodesOf(draft)) {
    const name = layerName(node)
    if (!hidden.has(name)) continue
    left.delete(name)
    node.domain = isFieldSet(node, domainField) ? `${markBefore}${node.domain}` : mark
  }
  const [missing] = left
  if (missing === undefined) return draft
  throw new RunwrightError(
    'INVALID_PARAMETER_VALUE',
    `The recipe leaves the layer that makes “${missing}” as it is, and the model has no such layer.`,
    { hint: 'Such a recipe is for the model that it was made for.' },
  )
}

/** A copy of a model without hidden layers. */
export function showLayers(model: ModelProto): ModelProto {
  const draft = copyModel(model)
  for (const node of nodesOf(draft)) {
    if (node.domain === mark) clearField(node, domainField)
    else if (node.domain.startsWith(markBefore)) node.domain = node.domain.slice(markBefore.length)
  }
  return draft
}

function nodesOf({ graph }: ModelProto): readonly NodeProto[] {
  return graph === undefined ? [] : eachGraph(graph).flatMap(({ node }) => node)
}
