import type { ModelProto, NodeProto, TensorProto } from 'onnx-buf'
import { floatOf, intOf } from '../../onnx/attributes.ts'
import { floatAttribute } from '../../onnx/build-graph.ts'
import { createNames } from '../../onnx/edit-graph.ts'
import { findProducers, findUses, isOperator, nameNode } from '../../onnx/graph.ts'
import { graphScopes, type Scope } from '../../onnx/scopes.ts'
import { countBytes, countElements, makeTensor, readTensor } from '../../onnx/tensor.ts'
import type { PassChange } from '../../protocol/compression.ts'
import { readWeight, type Weights } from '../weights.ts'
import { findLinearLayer, type LinearLayer } from './linear-layer.ts'

/**
 * Folds a BatchNormalization into the Conv, ConvTranspose or Gemm before it. In each channel it is y = f · x + g with
 * f = scale / √(variance + ε) and g = shift − f · mean, which weights and bias can take up.
 *
 * @see Jacob et al., Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference (2018), 3.2
 */
export async function foldBatchNorm(model: ModelProto, weights: Weights): Promise<readonly PassChange[]> {
  const changes: PassChange[] = []
  if (model.graph === undefined) return changes
  const newName = createNames(model)
  for (const scope of graphScopes(model.graph)) {
    for (const pair of findPairs(scope)) {
      const change = await foldPair(pair, scope, weights, newName)
      if (change !== undefined) changes.push(change)
    }
  }
  return changes
}

async function foldPair(
  { layerNode, norm }: Pair,
  scope: Scope,
  weights: Weights,
  newName: (wanted: string) => string,
): Promise<PassChange | undefined> {
  const layer = findLinearLayer(layerNode, scope)
  const affine = await readAffine(norm, scope, weights)
  if (layer === undefined || affine?.factors.length !== layer.channels) return undefined
  const folded = await foldLayer(layer, affine, weights)
  if (folded === undefined) return undefined
  folded.weight.name = newName(`${layer.weight.name}_folded`)
  folded.bias.name = newName(`${layer.bias?.name ?? layer.weight.name}_bias_folded`)
  const stored = [await weights.store(folded.weight), await weights.store(folded.bias)]
  scope.graph.initializer.push(...stored)
  scope.graph.node = scope.graph.node.filter((node) => node !== norm)
  const change = {
    name: nameNode(norm),
    what: `folded into ${nameNode(layerNode)}`,
    from: norm.opType,
    to: layerNode.opType,
    bytesBefore: sumBytes([layer.weight, layer.bias, ...norm.input.slice(1).map((name) => scope.findWeight(name))]),
    bytesAfter: sumBytes(stored),
  }
  layerNode.input = [layerNode.input[0] ?? '', folded.weight.name, folded.bias.name]
  layerNode.attribute = layerNode.attribute.map((each) => (each.name === 'beta' ? floatAttribute('beta', 1) : each))
  layerNode.output = [norm.output[0] ?? '']
  return change
}

function sumBytes(tensors: readonly (TensorProto | undefined)[]): number {
  return tensors.reduce((sum, tensor) => sum + (tensor === undefined ? 0 : countBytes(tensor)), 0)
}

interface Pair {
  readonly layerNode: NodeProto
  readonly norm: NodeProto
}

/** Normalizations outside of training, each with the node that makes what it alone takes. */
function findPairs({ graph }: Scope): readonly Pair[] {
  const producers = findProducers(graph)
  const uses = findUses(graph)
  const outputs = new Set(graph.output.map(({ name }) => name))
  return graph.node.flatMap((norm) => {
    const [input = ''] = norm.input
    const layerNode = producers.get(input)
    const isPlain =
      isOperator(norm, 'BatchNormalization') && intOf(norm, 'training_mode', 0) === 0 && intOf(norm, 'spatial', 1) === 1
    const isSingle = norm.output.filter((name) => name !== '').length === 1 && uses.get(input)?.length === 1
    return isPlain && isSingle && layerNode !== undefined && !outputs.has(input) ? [{ layerNode, norm }] : []
  })
}

/** What a normalization does to each channel: multiply, then add. */
interface Affine {
  readonly factors: Float64Array<ArrayBuffer>
  readonly terms: Float64Array<ArrayBuffer>
}

async function readAffine(norm: NodeProto, scope: Scope, weights: Weights): Promise<Affine | undefined> {
  const tensors = norm.input.slice(1, 5).flatMap((name) => scope.findWeight(name) ?? [])
  if (tensors.length !== 4) return undefined
  const [scale = [], shift = [], mean = [], variance = []] = await Promise.all(
    tensors.map((each) => readFloats(weights, each)),
  )
  const epsilon = floatOf(norm, 'epsilon', 1e-5)
  const factors = Float64Array.from(scale, (value, channel) => value / Math.sqrt((variance[channel] ?? 0) + epsilon))
  const terms = factors.map((factor, channel) => (shift[channel] ?? 0) - factor * (mean[channel] ?? 0))
  return { factors, terms }
}

async function readFloats(weights: Weights, tensor: TensorProto): Promise<Float64Array<ArrayBuffer>> {
  return Float64Array.from(await readWeight(weights, tensor), Number)
}

interface Folded {
  readonly weight: TensorProto
  readonly bias: TensorProto
}

/** Undefined when a value would be no number any more, be it for a negative variance or a type that is too narrow. */
async function foldLayer(
  { weight, axis, channels, bias, biasFactor }: LinearLayer,
  { factors, terms }: Affine,
  weights: Weights,
): Promise<Folded | undefined> {
  const values = await readFloats(weights, weight)
  const inner = countElements({ name: weight.name, dims: weight.dims.slice(axis + 1) })
  for (const [index, value] of values.entries()) {
    values[index] = value * (factors[Math.floor(index / inner) % channels] ?? 0)
  }
  const old = bias === undefined ? new Float64Array(1) : await readFloats(weights, bias)
  const biases = terms.map((term, channel) => {
    return term + (factors[channel] ?? 0) * biasFactor * (old[old.length === 1 ? 0 : channel] ?? 0)
  })
  const folded = {
    weight: makeTensor('', weight.dataType, weight.dims, values),
    bias: makeTensor('', weight.dataType, [channels], biases),
  }
  return isFinite(folded.weight) && isFinite(folded.bias) ? folded : undefined
}

function isFinite(tensor: TensorProto): boolean {
  for (const value of readTensor(tensor)) if (!Number.isFinite(Number(value))) return false
  return true
}
