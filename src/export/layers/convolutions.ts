import type { AttributeProto } from 'onnx-buf'
import { intAttribute, intsAttribute, textAttribute } from '../../onnx/build-graph.ts'
import { type NetLayer, numberOf, numbersOf, refuseLayer, textOf, weightOf } from './net.ts'
import type { NetGraph, NetValue } from './net-graph.ts'

/** Convolutions over one or two dimensions; each channel by itself where `isDepthwise`. */
export function convolve(graph: NetGraph, given: NetValue, layer: NetLayer, isDepthwise: boolean): NetValue {
  const value = graph.turn(checkPicture(given, layer), 'first')
  const kernel = weightOf(layer, layer.weights.has('depthwise_kernel') ? 'depthwise_kernel' : 'kernel')
  const spatial = value.rank - 2
  const sizes = kernel.dims.slice(0, spatial)
  const [inner = 0, outer = 0] = kernel.dims.slice(spatial)
  if (kernel.dims.length !== spatial + 2) throw refuseLayer(layer, `has a kernel of ${kernel.dims.length} dimensions`)
  const filters = isDepthwise ? inner * outer : outer
  const weight = moveChannels(kernel, spatial, isDepthwise)
  const dims = isDepthwise ? [filters, 1, ...sizes] : [filters, inner, ...sizes]
  const inputs = [value.name, graph.floats(`${layer.name}/kernel`, dims, weight)]
  if (layer.weights.has('bias'))
    inputs.push(graph.floats(`${layer.name}/bias`, [filters], weightOf(layer, 'bias').data))
  const dilations = numbersOf(layer, 'dilation_rate', spatial)
  const attributes = [
    intsAttribute('kernel_shape', sizes),
    intsAttribute('strides', numbersOf(layer, 'strides', spatial)),
    intsAttribute('dilations', dilations),
    intAttribute('group', isDepthwise ? inner : numberOf(layer, 'groups', 1)),
    ...pad(layer, sizes, dilations),
  ]
  const name = graph.node('Conv', inputs, `${layer.name}/conv`, attributes)
  return { ...value, name, width: filters }
}

/** The largest or the mean of each window. */
export function pool(graph: NetGraph, given: NetValue, layer: NetLayer, type: 'MaxPool' | 'AveragePool'): NetValue {
  const value = graph.turn(checkPicture(given, layer), 'first')
  const sizes = numbersOf(layer, 'pool_size', value.rank - 2, 2)
  const attributes = [
    intsAttribute('kernel_shape', sizes),
    intsAttribute('strides', numbersOf(layer, 'strides', value.rank - 2, sizes)),
    ...pad(layer, sizes, [1, 1]),
  ]
  return { ...value, name: graph.node(type, [value.name], `${layer.name}/pool`, attributes) }
}

/** One number for each channel. */
export function poolAll(
  graph: NetGraph,
  given: NetValue,
  layer: NetLayer,
  type: 'GlobalMaxPool' | 'GlobalAveragePool',
): NetValue {
  if (layer.config['keepdims'] === true) throw refuseLayer(layer, 'keeps its dimensions')
  const value = graph.turn(checkPicture(given, layer), 'first')
  const pooled = graph.node(type, [value.name], `${layer.name}/pool`)
  const name = graph.node('Flatten', [pooled], `${layer.name}/flat`, [intAttribute('axis', 1)])
  return { ...value, name, rank: 2, channels: 'last' }
}

function checkPicture(value: NetValue, layer: NetLayer): NetValue {
  if (textOf(layer, 'data_format', 'channels_last') !== 'channels_last') throw refuseLayer(layer, 'has channels first')
  if (value.rank === 3 || value.rank === 4) return value
  throw refuseLayer(layer, `takes ${value.rank} dimensions`)
}

function pad(layer: NetLayer, sizes: readonly number[], dilations: readonly number[]): readonly AttributeProto[] {
  const padding = textOf(layer, 'padding', 'valid')
  switch (padding) {
    case 'valid':
      return []
    case 'same':
      // As TensorFlow does it: what is odd comes at the end, also with strides.
      if (dilations.every((dilation) => dilation === 1)) return [textAttribute('auto_pad', 'SAME_UPPER')]
      // ONNX Runtime computes none for dilations; Keras has no strides then.
      return [intsAttribute('pads', samePads(sizes, dilations))]
    case 'causal': {
      const [size = 1] = sizes
      return [intsAttribute('pads', [(size - 1) * (dilations[0] ?? 1), 0])]
    }
    default:
      throw refuseLayer(layer, `has the padding “${padding}”`)
  }
}

/** Of each dimension before, then of each behind. */
function samePads(sizes: readonly number[], dilations: readonly number[]): readonly number[] {
  const totals = sizes.map((size, at) => (size - 1) * (dilations[at] ?? 1))
  return [...totals.map((total) => Math.floor(total / 2)), ...totals.map((total) => Math.ceil(total / 2))]
}

/** From [window, in, out] to [out, in, window]; of a depthwise one from [window, in, times] to [in × times, 1, window]. */
function moveChannels(
  { dims, data }: { readonly dims: readonly number[]; readonly data: Float32Array },
  spatial: number,
  isDepthwise: boolean,
): Float32Array {
  const [inner = 0, outer = 0] = dims.slice(spatial)
  const window = dims.slice(0, spatial).reduce((product, size) => product * size, 1)
  const moved = new Float32Array(data.length)
  for (let at = 0; at < window; at++) {
    for (let from = 0; from < inner; from++) {
      for (let to = 0; to < outer; to++) {
        const place = isDepthwise ? from * outer + to : to * inner + from
        moved[place * window + at] = data[(at * inner + from) * outer + to] ?? 0
      }
    }
  }
  return moved
}
