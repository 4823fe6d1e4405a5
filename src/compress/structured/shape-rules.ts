import type { NodeProto } from 'onnx-buf'
import { findAttribute, intOf } from '../../onnx/attributes.ts'
import { isExternal, readTensor } from '../../onnx/tensor.ts'
import { type Channels, countPlaces, frontAxis } from './channels.ts'
import { firstChannels, type Outcome, type Rule, type Walk, weightAt } from './walk.ts'

/** Axes in another order. */
export const transpose: Rule = (node, walk) => {
  const channels = firstChannels(node, walk)
  if (channels === undefined) return undefined
  const order = findAttribute(node, 'perm')?.ints.map(Number)
  if (order === undefined || (channels.rank !== undefined && channels.rank !== order.length)) {
    return 'turns axes round of which is not known how many there are'
  }
  const rank = order.length
  const moved = (axis: number) => order.indexOf(rank + axis) - rank
  const { axis, inner } = channels
  return { ...channels, rank, axis: moved(axis), inner: inner === undefined ? undefined : moved(inner) }
}

/** All axes but the first in one, the places of each channel in a row. */
export const flatten: Rule = (node, walk) => {
  const channels = firstChannels(node, walk)
  if (channels === undefined) return undefined
  const { rank = 0, unit } = channels
  if (frontAxis(channels) !== 1 || intOf(node, 'axis', 1) !== 1 || unit !== 1) return 'flattens along another axis'
  return { ...channels, axis: -1, rank: 2, isSpread: channels.isSpread || rank > 2 }
}

/** Flattens, splits heads off, puts them together again, or leaves the last axis as it is. */
export const reshape: Rule = (node, walk) => {
  const channels = firstChannels(node, walk)
  if (channels === undefined) return undefined
  const shape = integersAt(node, 1, walk)
  if (shape === undefined || intOf(node, 'allowzero', 0) === 1) return 'takes a shape that is not known'
  const made =
    keepLast(channels, shape) ??
    splitHeads(channels, shape, node, walk) ??
    joinHeads(channels, shape) ??
    flattenTo(channels, shape, walk.shapeOf(node.input[0] ?? ''))
  if (made === undefined) return 'takes channels apart in a way that is not known'
  const front = shape.length + made.axis
  const size = shape[front] ?? 0
  if (size > 0) walk.counts.push({ node, place: { input: 1, index: front }, channels })
  return made
}

/** The channels stay the last axis, whatever becomes of those before. */
function keepLast(channels: Channels, shape: readonly number[]): Channels | undefined {
  const isLast = channels.axis === -1 && !channels.isSpread && channels.unit === 1
  return isLast && shape.at(-1) === countPlaces(channels) ? { ...channels, rank: shape.length } : undefined
}

/** [.., heads · size] becomes [.., heads, size]. */
function splitHeads(channels: Channels, shape: readonly number[], node: NodeProto, walk: Walk): Channels | undefined {
  const [dimension, second] = channels.dimensions
  const [heads = 0, size = 0] = shape.slice(-2)
  if (dimension === undefined || second !== undefined || channels.axis !== -1 || channels.isSpread) return undefined
  if (shape.length < 3 || channels.unit !== 1 || size < 1) return undefined
  const isSplit = heads * size === dimension.size || (heads === -1 && dimension.size % size === 0)
  // What is left over is the number of heads when all axes before are taken over as they are.
  const isRest = channels.rank === shape.length - 1 && shape.slice(0, -2).every((each) => each === 0)
  if (!isSplit || (heads === -1 && !isRest)) return undefined
  walk.dimensions.setUnit(dimension, size, `${node.name} splits it into heads of another size`)
  return { ...channels, axis: -2, rank: shape.length, unit: size, inner: -1 }
}

/** [batch, length, heads, size] becomes [batch, length, heads · size]. */
function joinHeads(channels: Channels, shape: readonly number[]): Channels | undefined {
  const { axis, inner, rank, unit, dimensions } = channels
  const isWhole = axis === -2 && inner === -1 && rank === shape.length + 1 && unit > 1
  const size = dimensions.reduce((sum, each) => sum + each.size, 0)
  if (!isWhole || (shape.at(-1) !== size && !isLastRest(shape))) return undefined
  return { ...channels, axis: -1, rank: shape.length, unit: 1, inner: undefined }
}

/** [batch, channels, ..] becomes [batch, channels · ..]. */
function flattenTo(channels: Channels, shape: readonly number[], noted: Shape): Channels | undefined {
  const [first = 0, last = 0] = shape
  if (frontAxis(channels) !== 1 || shape.length !== 2 || channels.unit !== 1) return undefined
  // Where the batch is not taken over as it is, the numbers alone do not tell whether a row has the channels of one sample.
  const row = noted
    ?.slice(1)
    .reduce((product, size) => (product === undefined || size === undefined ? undefined : product * size), 1)
  const isRow = first === 0 || (row !== undefined && (last === row || (last === -1 && first === noted?.[0])))
  if (!isRow) return undefined
  return { ...channels, axis: -1, rank: 2, isSpread: channels.isSpread || (channels.rank ?? 0) > 2 }
}

type Shape = ReturnType<Walk['shapeOf']>

/** Whether all before the last are kept, so that the last has what there is. */
function isLastRest(shape: readonly number[]): boolean {
  return shape.at(-1) === -1 && shape.slice(0, -1).every((size) => size === 0)
}

/** The mean, sum or largest along other axes than that of the channels. */
export const reduce: Rule = (node, walk) => removeAxes(node, walk, intOf(node, 'keepdims', 1) === 1)

/** Without axes of size 1. */
export const squeeze: Rule = (node, walk) => removeAxes(node, walk, false)

function removeAxes(node: NodeProto, walk: Walk, isKept: boolean): Outcome {
  const channels = firstChannels(node, walk)
  if (channels === undefined) return undefined
  const axes = findAttribute(node, 'axes')?.ints.map(Number) ?? integersAt(node, 1, walk)
  const { rank, axis } = channels
  if (axes === undefined || axes.length === 0 || rank === undefined || channels.inner !== undefined) {
    return 'takes axes together of which is not known which they are'
  }
  const own = axes.map((each) => (each < 0 ? each : each - rank))
  if (own.includes(axis)) return 'takes all channels together'
  if (isKept) return channels
  return { ...channels, axis: axis + own.filter((each) => each > axis).length, rank: rank - own.length }
}

/** More places in space, and no more channels. */
export const pad: Rule = (node, walk) => {
  const channels = firstChannels(node, walk)
  if (channels === undefined) return undefined
  const front = frontAxis(channels)
  const pads = findAttribute(node, 'pads')?.ints.map(Number) ?? integersAt(node, 1, walk)
  const isPlain = pads !== undefined && front !== undefined && pads.length === 2 * (channels.rank ?? 0)
  if (
    isPlain &&
    channels.inner === undefined &&
    pads[front] === 0 &&
    pads[front + pads.length / 2] === 0 &&
    (node.input[3] ?? '') === ''
  ) {
    return channels
  }
  return 'may add channels'
}

/** Other sizes in space, and as many channels. */
export const resize: Rule = (node, walk) => {
  const channels = firstChannels(node, walk)
  if (channels === undefined) return undefined
  const scales = weightAt(node, node.input.length > 2 ? 2 : 1, walk)
  const front = frontAxis(channels)
  const isPlain =
    scales !== undefined &&
    !isExternal(scales) &&
    channels.inner === undefined &&
    (node.input[3] ?? '') === '' &&
    findAttribute(node, 'axes') === undefined
  if (isPlain && front !== undefined && readTensor(scales)[front] === 1) return channels
  return 'takes sizes that are not known'
}

/** The integers that an input of a node is, when it is a weight in the model's own file. */
function integersAt(node: NodeProto, input: number, walk: Walk): readonly number[] | undefined {
  const tensor = weightAt(node, input, walk)
  return tensor === undefined || isExternal(tensor)
    ? undefined
    : Array.from<number | bigint, number>(readTensor(tensor), Number)
}
