import { intOf } from '../../onnx/attributes.ts'
import { type Channels, countPlaces, frontAxis, isChannelAxis } from './channels.ts'
import { firstChannels, type Outcome, type Rule, type Walk, weightAt } from './walk.ts'

/** Of each value by itself. */
export const keep: Rule = (node, walk) => firstChannels(node, walk)

/** Over space alone, each channel by itself: pooling. */
export const pool: Rule = (node, walk) => {
  const channels = firstChannels(node, walk)
  if (channels === undefined || (frontAxis(channels) === 1 && channels.inner === undefined)) return channels
  return 'pools along the axis of the channels'
}

/** Along one axis, which must not be that of the channels. */
export const softmax: Rule = (node, walk) => {
  const channels = firstChannels(node, walk)
  // Before version 13 it takes all axes from this one on together.
  if (channels === undefined || (walk.opset >= 13 && isChannelAxis(channels, intOf(node, 'axis', -1)) === false)) {
    return channels
  }
  return 'divides by the sum of all channels'
}

/** A factor and a term for each channel, that are known. */
export const normalize: Rule = (node, walk) => {
  const channels = firstChannels(node, walk)
  if (channels === undefined) return undefined
  const inputs = [1, 2, 3, 4]
  const isKnown = inputs.every((input) => Number(weightAt(node, input, walk)?.dims[0]) === countPlaces(channels))
  if (frontAxis(channels) !== 1 || !isKnown || channels.unit !== 1 || channels.isSpread) {
    return 'normalizes something else than these channels'
  }
  for (const input of inputs) walk.slices.push({ node, input, axis: 0, channels })
  const [dimension, second] = channels.dimensions
  if (dimension !== undefined && second === undefined) walk.gains.push({ node, dimension })
  return channels
}

/** Of two values or more, place by place: what is added to a channel belongs to it. */
export const combine: Rule = (node, walk) => {
  const known = node.input.flatMap((name) => walk.channelsOf.get(name) ?? [])
  const [first] = known
  if (first === undefined) return undefined
  for (const other of known) {
    const problem = joinChannels(first, other, walk)
    if (problem !== undefined) return problem
  }
  for (const [input, name] of node.input.entries()) {
    if (name === '' || walk.channelsOf.has(name)) continue
    const weight = weightAt(node, input, walk)
    if (weight === undefined) {
      const shape = walk.shapeOf(name)
      if (shape !== undefined && (shape.length < -first.axis || shape.at(first.axis) === 1)) continue
      return 'takes another value, of which is not known that it is the same for all channels'
    }
    const axis = weight.dims.length + first.axis
    const size = axis < 0 ? 1 : Number(weight.dims[axis])
    if (size === 1) continue
    if (first.isSpread || size !== countPlaces(first)) return 'takes a weight of another size'
    walk.slices.push({ node, input, axis, channels: first })
  }
  const ranks = node.input.map((name) => rankOf(name, walk))
  return {
    ...first,
    rank: ranks.includes(undefined) ? undefined : Math.max(...ranks.map(Number)),
    inner: known.every(({ inner }) => inner === first.inner) ? first.inner : undefined,
  }
}

function rankOf(name: string, { channelsOf, scope, shapeOf }: Walk): number | undefined {
  const channels = channelsOf.get(name)
  if (channels !== undefined) return channels.rank
  return name === '' ? 0 : (scope.findWeight(name)?.dims.length ?? shapeOf(name)?.length)
}

/** Makes the channels of two values stay or go together; gives the reason why that cannot be. */
function joinChannels(first: Channels, other: Channels, { dimensions }: Walk): string | undefined {
  const isAlike =
    first.axis === other.axis &&
    first.unit === other.unit &&
    first.isSpread === other.isSpread &&
    first.dimensions.length === other.dimensions.length &&
    first.dimensions.every(({ size }, index) => size === other.dimensions[index]?.size)
  if (!isAlike) return 'takes values whose channels do not lie alike'
  for (const [index, dimension] of first.dimensions.entries()) {
    const matching = other.dimensions[index]
    if (matching !== undefined) dimensions.join(dimension, matching, 'it is combined with channels of another number')
  }
  return undefined
}

/** One after the other along the axis of the channels, or along another one. */
export const concatenate: Rule = (node, walk) => {
  const all = node.input.map((name) => walk.channelsOf.get(name))
  const known = all.filter((channels) => channels !== undefined)
  const [first] = known
  if (first === undefined) return undefined
  const isAlong = isChannelAxis(first, intOf(node, 'axis', 0))
  if (known.length < all.length || isAlong === undefined) return 'takes a value whose channels are not known'
  const isPlain = known.every(({ axis, unit, isSpread }) => axis === first.axis && unit === 1 && !isSpread)
  if (isAlong && isPlain) return { ...first, dimensions: known.flatMap(({ dimensions }) => dimensions) }
  if (isAlong) return 'takes values whose channels do not lie alike'
  return known.reduce<Outcome>((found, other) => joinChannels(first, other, walk) ?? found, {
    ...first,
    inner: undefined,
  })
}
