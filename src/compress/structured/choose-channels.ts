import { floatOf } from '../../onnx/attributes.ts'
import { nameNode } from '../../onnx/graph.ts'
import { readFloats, type Weights } from '../weights.ts'
import type { Dimension, DimensionGroup, Source } from './dimensions.ts'
import { type Walk, weightAt } from './walk.ts'

export interface ChannelSettings {
  /** The share of channels that go at most, from 0 to 1. */
  readonly share: number
  /** As many channels stay as are a multiple of it. */
  readonly roundTo: number
  readonly norm: 'l1' | 'l2'
}

/** Whether each channel stays, by dimension; and the groups that stay whole, with the reason. */
export interface Choice {
  readonly kept: ReadonlyMap<Dimension, readonly boolean[]>
  readonly skipped: readonly { readonly name: string; readonly why: string }[]
}

/** Chooses the channels of least weight in each group. */
export async function chooseChannels(walk: Walk, settings: ChannelSettings, weights: Weights): Promise<Choice> {
  const kept = new Map<Dimension, readonly boolean[]>()
  const skipped: { name: string; why: string }[] = []
  for (const group of walk.dimensions.groups()) {
    const [first] = group.members
    const staying = countStaying(group, settings)
    const why = group.blocked ?? (staying * group.unit < group.size ? undefined : explainWhole(group, settings))
    if (why !== undefined) {
      if (first !== undefined) skipped.push({ name: nameNode(first.node), why })
      continue
    }
    const best = chooseBest(await weighUnits(group, walk, settings, weights), staying)
    const flags = Array.from({ length: group.size }, (_, channel) => best.has(Math.floor(channel / group.unit)))
    for (const member of group.members) kept.set(member, flags)
  }
  return { kept, skipped }
}

/** How many units stay: enough for the share, and for a number of channels that is a multiple of what is asked for. */
function countStaying({ size, unit }: DimensionGroup, { share, roundTo }: ChannelSettings): number {
  const step = roundTo / greatestDivisor(unit, roundTo)
  // A sum like 64 × (1 - 0.9) is a little more than it should be.
  return Math.max(1, Math.ceil(((size / unit) * (1 - share)) / step - 1e-9)) * step
}

function explainWhole({ size, unit }: DimensionGroup, { roundTo }: ChannelSettings): string {
  const parts = unit === 1 ? `${size} channels` : `${size / unit} heads of ${unit} channels`
  return `of its ${parts} none can go, as a multiple of ${roundTo} channels stays`
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b)
}

/** Ties go to the first, so that the choice is the same each time. */
function chooseBest(sizes: Float64Array, count: number): ReadonlySet<number> {
  const order = [...sizes.keys()].toSorted((a, b) => (sizes[b] ?? 0) - (sizes[a] ?? 0) || a - b)
  return new Set(order.slice(0, count))
}

/**
 * How much each unit of a group weighs: the norms of the filters that make its channels, each as a share of its layer's
 * mean so that no layer speaks louder than others, summed up over the layers of the group.
 *
 * @see Li et al., Pruning Filters for Efficient ConvNets, 2017
 */
async function weighUnits(
  group: DimensionGroup,
  walk: Walk,
  { norm }: ChannelSettings,
  weights: Weights,
): Promise<Float64Array<ArrayBuffer>> {
  const layers: Float64Array[] = []
  for (const dimension of group.members) {
    for (const source of dimension.sources) {
      const norms = await measureFilters(source, walk, norm, weights)
      const gains = await readGains(dimension, walk, weights)
      layers.push(norms.map((value, channel) => value * (gains[channel] ?? 1)))
    }
  }
  const sums = new Float64Array(group.size / group.unit)
  for (const sizes of layers) {
    const mean = sizes.reduce((sum, value) => sum + value, 0) / sizes.length
    if (!(mean > 0)) continue
    for (const [channel, value] of sizes.entries()) {
      const unit = Math.floor(channel / group.unit)
      sums[unit] = (sums[unit] ?? 0) + value / mean
    }
  }
  return sums
}

/** What normalizations multiply the channels of a layer by. */
async function readGains(dimension: Dimension, walk: Walk, weights: Weights): Promise<Float64Array<ArrayBuffer>> {
  const gains = new Float64Array(dimension.size).fill(1)
  for (const { node } of walk.gains.filter((gain) => gain.dimension === dimension)) {
    const [scale, variance] = [weightAt(node, 1, walk), weightAt(node, 4, walk)]
    if (scale === undefined || variance === undefined) continue
    const [factors, spreads] = [await readFloats(weights, scale), await readFloats(weights, variance)]
    const epsilon = floatOf(node, 'epsilon', 1e-5)
    for (const [channel, factor] of factors.entries()) {
      gains[channel] = ((gains[channel] ?? 1) * Math.abs(factor)) / Math.sqrt((spreads[channel] ?? 1) + epsilon)
    }
  }
  return gains
}

async function measureFilters(
  { node, input, axis }: Source,
  walk: Walk,
  norm: 'l1' | 'l2',
  weights: Weights,
): Promise<Float64Array<ArrayBuffer>> {
  const weight = weightAt(node, input, walk)
  if (weight === undefined) return new Float64Array()
  // Read first: that the weight has as many values as it says is known then.
  const values = await readFloats(weights, weight)
  const count = Number(weight.dims[axis])
  const sums = new Float64Array(count)
  const inner = weight.dims.slice(axis + 1).reduce((product, dim) => product * Number(dim), 1)
  for (const [index, value] of values.entries()) {
    const channel = Math.floor(index / inner) % count
    sums[channel] = (sums[channel] ?? 0) + (norm === 'l1' ? Math.abs(value) : value * value)
  }
  return norm === 'l1' ? sums : sums.map(Math.sqrt)
}
