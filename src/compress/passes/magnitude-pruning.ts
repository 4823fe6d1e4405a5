import { type NodeProto, TensorProto_DataType as DataType, type TensorProto } from 'onnx-buf'
import { intOf } from '../../onnx/attributes.ts'
import { copyModel } from '../../onnx/edit-graph.ts'
import { eachGraph, isOperator } from '../../onnx/graph.ts'
import { graphScopes, type Scope } from '../../onnx/scopes.ts'
import { countBytes, countElements, makeTensor } from '../../onnx/tensor.ts'
import { type SummedAxis, zeroInGroups, zeroSmallest } from '../magnitude/zero-smallest.ts'
import { definePass, notApplicable } from '../pass.ts'
import type { PassChange } from '../../protocol/compression.ts'
import { readFloats, type Weights } from '../weights.ts'

const title = 'Magnitude pruning'
const patterns = ['unstructured', '2:4', '4:8', '1:4'] as const

/**
 * Sets the weights of smallest magnitude to 0. The kernels of CPUs multiply by zeros as by any number, and zeros take as
 * many bytes as others: neither time nor size falls by it. What falls is the size of the file when it is compressed, for a
 * download for example.
 *
 * @see Han et al., Learning both Weights and Connections for Efficient Neural Networks, 2015
 * @see Mishra et al., Accelerating Sparse Deep Neural Networks, 2021, for n of m
 */
export default definePass({
  name: 'magnitude-pruning',
  title,
  summary:
    'Sets the smallest weights to 0. Makes a model neither faster nor smaller in memory; its file compresses better. Train the model afterwards.',
  options: {
    share: {
      type: 'number',
      min: 0.01,
      max: 0.99,
      default: 0.5,
      summary: 'The share of each weight that becomes 0; of the pattern unstructured',
    },
    pattern: {
      type: 'choice',
      choices: patterns,
      default: 'unstructured',
      summary: 'Which go: the smallest anywhere, or all but n of each m that an output sums up one after the other',
    },
    minElements: {
      type: 'integer',
      min: 1,
      max: 2 ** 31 - 1,
      default: 256,
      summary: 'Smaller weights stay as they are',
    },
  },
  needs: 'nothing',
  needsTraining: true,
  async apply(model, options, context) {
    const draft = copyModel(model)
    const changes: PassChange[] = []
    const axes = findSummedAxes(draft.graph === undefined ? [] : graphScopes(draft.graph))
    for (const graph of draft.graph === undefined ? [] : eachGraph(draft.graph)) {
      const initializer: TensorProto[] = []
      for (const tensor of graph.initializer) {
        context.signal.throwIfAborted()
        const axis = countElements(tensor) < options.minElements ? undefined : axes.get(tensor)
        const made = axis === undefined ? undefined : await prune(tensor, axis, options, context.weights)
        initializer.push(made?.tensor ?? tensor)
        if (made !== undefined) changes.push(made.change)
      }
      graph.initializer = initializer
    }
    if (changes.length > 0) return { model: draft, changes, bound: undefined }
    throw notApplicable(
      title,
      `it has no float32 weights of at least ${options.minElements} elements in a layer that are not as sparse as that already`,
    )
  },
})

/** The weights of layers, each with the axis that outputs sum up. Those that something else takes, too, are none of them. */
function findSummedAxes(scopes: readonly Scope[]): ReadonlyMap<TensorProto, SummedAxis> {
  const axes = new Map<TensorProto, SummedAxis>()
  const others = new Set<TensorProto>()
  for (const scope of scopes) {
    for (const node of scope.graph.node) {
      for (const [input, name] of node.input.entries()) {
        const weight = scope.findWeight(name)
        const axis = weight && input === 1 ? summedAxis(node, weight) : undefined
        if (weight && axis) axes.set(weight, axis)
        else if (weight) others.add(weight)
      }
    }
  }
  return new Map([...axes].filter(([weight]) => !others.has(weight)))
}

function summedAxis(node: NodeProto, { dims, dataType }: TensorProto): SummedAxis | undefined {
  if (dataType !== DataType.FLOAT || dims.length < 2) return undefined
  const stride = (axis: number) => dims.slice(axis + 1).reduce((product, dim) => product * Number(dim), 1)
  const along = (axis: number) => ({ length: Number(dims[axis]), stride: stride(axis) })
  if (isOperator(node, 'Conv')) return along(1)
  if (isOperator(node, 'ConvTranspose')) return along(0)
  if (isOperator(node, 'Gemm')) return along(intOf(node, 'transB', 0))
  return isOperator(node, 'MatMul') ? along(dims.length - 2) : undefined
}

/** Undefined when nothing would become 0 that is not. */
async function prune(
  tensor: TensorProto,
  axis: SummedAxis,
  { share, pattern }: { readonly share: number; readonly pattern: (typeof patterns)[number] },
  weights: Weights,
): Promise<{ readonly tensor: TensorProto; readonly change: PassChange } | undefined> {
  const values = await readFloats(weights, tensor)
  const before = values.reduce((sum, value) => sum + (value === 0 ? 1 : 0), 0)
  const [kept = 0, of = 0] = pattern.split(':').map(Number)
  const pruned = pattern === 'unstructured' ? zeroSmallest(values, share) : zeroInGroups(values, axis, { kept, of })
  if (pruned.zeros <= before) return undefined
  const bytes = countBytes(tensor)
  return {
    tensor: await weights.store(makeTensor(tensor.name, DataType.FLOAT, tensor.dims, pruned.values)),
    change: {
      name: tensor.name,
      what: `${pruned.zeros} of ${values.length} weights are 0, which makes it neither faster nor smaller`,
      from: `${before} zeros`,
      to: `${pruned.zeros} zeros`,
      bytesBefore: bytes,
      bytesAfter: bytes,
    },
  }
}
