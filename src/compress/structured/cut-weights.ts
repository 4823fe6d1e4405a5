import type { NodeProto, TensorProto } from 'onnx-buf'
import { findAttribute, intOf } from '../../onnx/attributes.ts'
import { intAttribute } from '../../onnx/build-graph.ts'
import { findElementType } from '../../onnx/element-types.ts'
import { nameNode } from '../../onnx/graph.ts'
import { copyMessage } from '../../onnx/edit-graph.ts'
import { countBytes, makeTensor, nameTensor, readTensor, withBytes } from '../../onnx/tensor.ts'
import type { PassChange } from '../../protocol/compression.ts'
import type { Weights } from '../weights.ts'
import type { Channels } from './channels.ts'
import type { Choice } from './choose-channels.ts'
import { type Count, type Slice, type Walk, weightAt } from './walk.ts'

interface Place {
  readonly walk: Walk
  readonly weights: Weights
  readonly newName: (wanted: string) => string
  readonly signal: AbortSignal
}

/** Takes the places of channels that go out of weights, each node's its own, and out of shapes that count them. */
export async function cutWeights({ kept }: Choice, place: Place): Promise<readonly PassChange[]> {
  const { walk } = place
  const isCut = ({ channels }: Slice | Count) => channels.dimensions.some((dimension) => kept.has(dimension))
  const changes: PassChange[] = []
  const byNode = Map.groupBy(walk.slices.filter(isCut), ({ node }) => node)
  for (const [node, slices] of byNode) {
    for (const [input, own] of Map.groupBy(slices, (slice) => slice.input)) {
      place.signal.throwIfAborted()
      const weight = weightAt(node, input, walk)
      if (weight !== undefined) changes.push(await cutWeight(node, input, weight, own, kept, place))
    }
  }
  for (const count of walk.counts.filter(isCut)) await writeCount(count, kept, place)
  return changes
}

async function cutWeight(
  node: NodeProto,
  input: number,
  weight: TensorProto,
  slices: readonly Slice[],
  kept: Choice['kept'],
  { walk, weights, newName }: Place,
): Promise<PassChange> {
  let tensor = withBytes(weight, await weights.readBytes(weight))
  for (const { axis, channels } of slices) {
    tensor = takePlaces(tensor, axis, placesOf(channels, Number(tensor.dims[axis]), kept))
  }
  tensor.name = newName(`${weight.name}_pruned`)
  const stored = await weights.store(tensor)
  walk.scope.graph.initializer.push(stored)
  node.input = node.input.map((name, index) => (index === input ? stored.name : name))
  return {
    name: weight.name,
    what: `channels of least weight went from ${nameNode(node)}`,
    from: weight.dims.join(' × '),
    to: tensor.dims.join(' × '),
    bytesBefore: countBytes(weight),
    bytesAfter: countBytes(tensor),
  }
}

/** Whether each of the channels stays, one entry for each place of their axis when none is spread. */
function flagsOf({ dimensions, unit }: Channels, kept: Choice['kept']): readonly boolean[] {
  return dimensions
    .flatMap((dimension) => kept.get(dimension) ?? Array.from({ length: dimension.size }, () => true))
    .filter((_, channel) => channel % unit === 0)
}

/** Which places of an axis stay, channels having as many places in a row as there are. */
function placesOf(channels: Channels, length: number, kept: Choice['kept']): readonly number[] {
  const flags = flagsOf(channels, kept)
  const places = length / flags.length
  return Array.from({ length }, (_, index) => index).filter((index) => flags[Math.floor(index / places)])
}

/** A tensor with some places of an axis, whatever its elements are, as long as each has whole bytes. */
function takePlaces(tensor: TensorProto, axis: number, places: readonly number[]): TensorProto {
  const dims = tensor.dims.map(Number)
  const width = findElementType(tensor.dataType, nameTensor(tensor)).bits / 8
  const inner = dims.slice(axis + 1).reduce((product, dim) => product * dim, width)
  const outer = dims.slice(0, axis).reduce((product, dim) => product * dim, 1)
  const bytes = new Uint8Array(outer * places.length * inner)
  for (let row = 0; row < outer; row++) {
    for (const [index, place] of places.entries()) {
      const from = (row * (dims[axis] ?? 0) + place) * inner
      bytes.set(tensor.rawData.subarray(from, from + inner), (row * places.length + index) * inner)
    }
  }
  const taken = copyMessage(tensor)
  taken.dims = dims.map((dim, index) => BigInt(index === axis ? places.length : dim))
  return withBytes(taken, bytes)
}

/** A count stands for all channels, or for some of each: it falls as they do. */
async function writeCount({ node, place, channels }: Count, kept: Choice['kept'], at: Place): Promise<void> {
  const flags = flagsOf(channels, kept)
  const scale = (count: number) => (count / flags.length) * flags.filter(Boolean).length
  if ('attribute' in place) {
    const { attribute } = place
    const value = intAttribute(attribute, scale(intOf(node, attribute, 1)))
    node.attribute = node.attribute.map((each) => (each === findAttribute(node, attribute) ? value : each))
    return
  }
  const shape = weightAt(node, place.input, at.walk)
  if (shape === undefined) return
  const sizes = Array.from<number | bigint, number>(readTensor(shape, await at.weights.readBytes(shape)), Number)
  const scaled = sizes.map((size, index) => BigInt(index === place.index ? scale(size) : size))
  const tensor = makeTensor(at.newName(`${shape.name}_pruned`), shape.dataType, shape.dims, scaled)
  at.walk.scope.graph.initializer.push(await at.weights.store(tensor))
  node.input = node.input.map((name, index) => (index === place.input ? tensor.name : name))
}
