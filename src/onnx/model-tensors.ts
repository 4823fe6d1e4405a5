import type { AttributeProto, GraphProto, ModelProto, NodeProto, SparseTensorProto, TensorProto } from 'onnx-buf'
import { copyMessage } from './edit-graph.ts'
import { eachGraph } from './graph.ts'

/** Every tensor of a model: weights of all graphs, those of sparse ones, and those that attributes of nodes hold. */
export function modelTensors({ graph, functions }: ModelProto): readonly TensorProto[] {
  const graphs = graph === undefined ? [] : eachGraph(graph)
  return [
    ...graphs.flatMap(graphTensors),
    ...graphs.flatMap(({ node }) => node.flatMap(nodeTensors)),
    ...functions.flatMap(({ node }) => node.flatMap(nodeTensors)),
  ]
}

function graphTensors({ initializer, sparseInitializer }: GraphProto): readonly TensorProto[] {
  return [...initializer, ...sparseInitializer.flatMap(partsOfSparse)]
}

/** Tensors that attributes of a node hold; those of graphs inside of it are none of its own. */
export function nodeTensors({ attribute }: NodeProto): readonly TensorProto[] {
  return attribute.flatMap(attributeTensors)
}

function attributeTensors({ t, tensors, sparseTensor, sparseTensors }: AttributeProto): readonly TensorProto[] {
  const sparse = sparseTensor === undefined ? sparseTensors : [sparseTensor, ...sparseTensors]
  return [...(t === undefined ? [] : [t]), ...tensors, ...sparse.flatMap(partsOfSparse)]
}

/** The tensors that a sparse one is stored as. */
export function partsOfSparse({ values, indices }: SparseTensorProto): readonly TensorProto[] {
  return [values, indices].filter((tensor) => tensor !== undefined)
}

/**
 * Replaces every tensor of the graphs of a model, one after the other; those of its functions have their values inside.
 *
 * @param model one whose graphs and nodes may be changed, as `copyModel` makes it
 */
export async function replaceTensors(
  model: ModelProto,
  replace: (tensor: TensorProto) => Promise<TensorProto>,
): Promise<void> {
  const replaceAll = async (tensors: TensorProto[]) => {
    for (const [index, tensor] of tensors.entries()) tensors[index] = await replace(tensor)
  }
  for (const graph of model.graph === undefined ? [] : eachGraph(model.graph)) {
    await replaceAll(graph.initializer)
    graph.sparseInitializer = await Promise.all(graph.sparseInitializer.map((sparse) => replaceSparse(sparse, replace)))
    for (const node of graph.node) {
      for (const [index, attribute] of node.attribute.entries()) {
        if (attributeTensors(attribute).length === 0) continue
        const copy = copyMessage(attribute)
        if (copy.t !== undefined) copy.t = await replace(copy.t)
        if (copy.sparseTensor !== undefined) copy.sparseTensor = await replaceSparse(copy.sparseTensor, replace)
        await replaceAll(copy.tensors)
        node.attribute[index] = copy
      }
    }
  }
}

async function replaceSparse(
  sparse: SparseTensorProto,
  replace: (tensor: TensorProto) => Promise<TensorProto>,
): Promise<SparseTensorProto> {
  const copy = copyMessage(sparse)
  if (copy.values !== undefined) copy.values = await replace(copy.values)
  if (copy.indices !== undefined) copy.indices = await replace(copy.indices)
  return copy
}
