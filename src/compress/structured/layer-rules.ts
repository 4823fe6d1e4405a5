import type { NodeProto, TensorProto } from 'onnx-buf'
import { intOf } from '../../onnx/attributes.ts'
import { isOperator } from '../../onnx/graph.ts'
import { type Channels, countPlaces, frontAxis } from './channels.ts'
import { firstChannels, type Outcome, type Rule, type Walk, weightAt } from './walk.ts'

/** Which dimensions of a weight run over what its layer takes, and what it gives. */
interface WeightAxes {
  readonly input: number
  readonly output: number
}

/** Conv and ConvTranspose, of any number of spatial axes. */
export const convolve: Rule = (node, walk) => {
  const weight = weightAt(node, 1, walk)
  if (weight === undefined || weight.dims.length < 3 || isEmpty(weight)) return 'has no weight that is known'
  const isTransposed = isOperator(node, 'ConvTranspose')
  if (intOf(node, 'group', 1) !== 1) return isTransposed ? 'works in groups' : convolveEach(node, weight, walk)
  const axes = isTransposed ? { input: 0, output: 1 } : { input: 1, output: 0 }
  return connect(node, weight, axes, { axis: 1 - weight.dims.length, rank: weight.dims.length }, walk)
}

/** Whether a weight has no values, so that its other dimensions may claim anything. */
function isEmpty({ dims }: TensorProto): boolean {
  return dims.some((dim) => dim < 1n)
}

/** A filter for each channel: what it takes and what it gives are the same channels. */
function convolveEach(node: NodeProto, weight: TensorProto, walk: Walk): Outcome {
  const taken = firstChannels(node, walk)
  if (taken === undefined) return undefined
  const groups = intOf(node, 'group', 1)
  const isPlain = frontAxis(taken) === 1 && taken.unit === 1 && countPlaces(taken) === groups
  if (!isPlain || Number(weight.dims[0]) !== groups || weight.dims[1] !== 1n) return 'works in groups'
  if (!sliceBias(node, groups, taken, walk)) return 'has a bias that is not known'
  walk.slices.push({ node, input: 1, axis: 0, channels: taken })
  walk.counts.push({ node, place: { attribute: 'group' }, channels: taken })
  return taken
}

/** Gemm, and MatMul by a matrix that is known or of two activations. */
export const multiply: Rule = (node, walk) => {
  const weight = weightAt(node, 1, walk)
  const isGemm = isOperator(node, 'Gemm')
  if (weight === undefined && !isGemm) return multiplyHeads(node, walk)
  if (weight?.dims.length !== 2 || isEmpty(weight) || (isGemm && intOf(node, 'transA', 0) === 1))
    return 'has no weight that is known'
  const axes = intOf(node, 'transB', 0) === 1 ? { input: 1, output: 0 } : { input: 0, output: 1 }
  const taken = firstChannels(node, walk)
  return connect(node, weight, axes, { axis: -1, rank: isGemm ? 2 : taken?.rank }, walk)
}

/** Of two activations with heads: each head of the one by the same head of the other. */
function multiplyHeads({ input }: NodeProto, { channelsOf, dimensions }: Walk): Outcome {
  const [a, b] = input.map((name) => channelsOf.get(name))
  const [first, other] = [a?.dimensions[0], b?.dimensions[0]]
  const areHeads = a?.rank === 4 && b?.rank === 4 && a.axis === -3 && b.axis === -3 && a.unit > 1 && a.unit === b.unit
  if (!a || !b || !first || !other || !areHeads || a.dimensions.length + b.dimensions.length > 2) {
    return 'multiplies values of which no head is known'
  }
  dimensions.join(first, other, 'it has another number of heads than what it is multiplied by')
  return { ...a, inner: b.inner === -1 ? -1 : undefined }
}

/** Cuts the layer's inputs by what goes before it, and begins new channels with what it gives. */
function connect(
  node: NodeProto,
  weight: TensorProto,
  axes: WeightAxes,
  gives: Pick<Channels, 'axis' | 'rank'>,
  walk: Walk,
): Outcome {
  const taken = firstChannels(node, walk)
  if (taken !== undefined) {
    const places = countPlaces(taken)
    const length = Number(weight.dims[axes.input])
    const fits = taken.isSpread ? length % places === 0 : length === places
    if (taken.axis !== gives.axis || taken.unit !== 1 || !fits) return 'takes its inputs along another axis'
    walk.slices.push({ node, input: 1, axis: axes.input, channels: taken })
  }
  const size = Number(weight.dims[axes.output])
  const dimension = walk.dimensions.add(node, size)
  const made = { ...gives, dimensions: [dimension], unit: 1, isSpread: false }
  if (!sliceBias(node, size, made, walk)) walk.dimensions.block(dimension, 'its bias is not known')
  dimension.sources.push({ node, input: 1, axis: axes.output })
  walk.slices.push({ node, input: 1, axis: axes.output, channels: made })
  return made
}

/** False when the bias is no weight, or not one value for each channel. */
function sliceBias(node: NodeProto, size: number, channels: Channels, walk: Walk): boolean {
  if ((node.input[2] ?? '') === '') return true
  const bias = weightAt(node, 2, walk)
  const last = Number(bias?.dims.at(-1) ?? 1)
  if (bias === undefined || (last !== 1 && last !== size)) return false
  if (last === size && size > 1) walk.slices.push({ node, input: 2, axis: bias.dims.length - 1, channels })
  return true
}
