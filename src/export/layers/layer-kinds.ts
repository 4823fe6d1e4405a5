import { floatAttribute, intAttribute } from '../../onnx/build-graph.ts'
import { activate, clip, softmax } from './activations.ts'
import { convolve, pool, poolAll } from './convolutions.ts'
import { isNumbers, type NetLayer, numberOf, numbersOf, refuseLayer, textOf, weightOf } from './net.ts'
import type { NetGraph, NetValue } from './net-graph.ts'

/** A layer that is being converted: what it is, where its nodes go, and what it takes. */
export interface Conversion {
  readonly layer: NetLayer
  readonly graph: NetGraph
  readonly dialect: 'keras' | 'tfjs'
  readonly values: readonly NetValue[]
}

type Convert = (conversion: Conversion & { readonly value: NetValue }) => NetValue

const same: Convert = ({ value }) => value

/** A layer with a function after it. */
const activated =
  (convert: Convert): Convert =>
  (conversion) => {
    const { graph, layer, dialect } = conversion
    return activate(graph, convert(conversion), textOf(layer, 'activation', 'linear'), layer, dialect)
  }

/** One of several values, all of the same form. */
const merged =
  (opType: string): Convert =>
  ({ graph, layer, values, value }) => {
    const alike = values.map((each) => graph.turn(each, value.channels))
    if (alike.some(({ rank }) => rank !== value.rank)) throw refuseLayer(layer, 'takes values of different dimensions')
    const names = alike.map(({ name }) => name)
    return { ...value, name: graph.node(opType, names, layer.name) }
  }

/** All kinds of layers that are converted, by the names of their classes. */
export const layerKinds: ReadonlyMap<string, Convert> = new Map<string, Convert>([
  ['Dense', activated(multiply)],
  ['Conv1D', activated(({ graph, value, layer }) => convolve(graph, value, layer, false))],
  ['Conv2D', activated(({ graph, value, layer }) => convolve(graph, value, layer, false))],
  ['DepthwiseConv2D', activated(({ graph, value, layer }) => convolve(graph, value, layer, true))],
  ['MaxPooling1D', ({ graph, value, layer }) => pool(graph, value, layer, 'MaxPool')],
  ['MaxPooling2D', ({ graph, value, layer }) => pool(graph, value, layer, 'MaxPool')],
  ['AveragePooling1D', ({ graph, value, layer }) => pool(graph, value, layer, 'AveragePool')],
  ['AveragePooling2D', ({ graph, value, layer }) => pool(graph, value, layer, 'AveragePool')],
  ['GlobalMaxPooling1D', ({ graph, value, layer }) => poolAll(graph, value, layer, 'GlobalMaxPool')],
  ['GlobalMaxPooling2D', ({ graph, value, layer }) => poolAll(graph, value, layer, 'GlobalMaxPool')],
  ['GlobalAveragePooling1D', ({ graph, value, layer }) => poolAll(graph, value, layer, 'GlobalAveragePool')],
  ['GlobalAveragePooling2D', ({ graph, value, layer }) => poolAll(graph, value, layer, 'GlobalAveragePool')],
  ['BatchNormalization', normalize],
  ['Activation', activated(same)],
  ['ReLU', rectify],
  ['LeakyReLU', leak],
  ['ELU', ({ graph, value, layer, dialect }) => activate(graph, value, 'elu', layer, dialect)],
  ['Softmax', ({ graph, value, layer }) => softmax(graph, value, layer, numberOf(layer, 'axis', -1))],
  ['Flatten', flatten],
  ['Reshape', reshape],
  ['ZeroPadding2D', padZeros],
  ['Rescaling', rescale],
  ['Add', merged('Sum')],
  ['Average', merged('Mean')],
  ['Maximum', merged('Max')],
  ['Minimum', merged('Min')],
  ['Concatenate', concatenate],
  // What only training does.
  ['Dropout', same],
  ['SpatialDropout1D', same],
  ['SpatialDropout2D', same],
  ['GaussianNoise', same],
  ['GaussianDropout', same],
  ['AlphaDropout', same],
  ['ActivityRegularization', same],
])

function multiply({ graph, layer, value }: Conversion & { readonly value: NetValue }): NetValue {
  const last = graph.turn(value, 'last')
  const { dims, data } = weightOf(layer, 'kernel')
  const [inner = 0, outer = 0] = dims
  const kernel = graph.floats(`${layer.name}/kernel`, [inner, outer], data)
  const product = graph.node('MatMul', [last.name, kernel], `${layer.name}/matmul`)
  if (!layer.weights.has('bias')) return { ...last, name: product, width: outer }
  const bias = graph.floats(`${layer.name}/bias`, [outer], weightOf(layer, 'bias').data)
  return { ...last, name: graph.node('Add', [product, bias], `${layer.name}/add`), width: outer }
}

function normalize({ graph, layer, value }: Conversion & { readonly value: NetValue }): NetValue {
  const [axis = -1, ...others] = [layer.config['axis'] ?? -1].flat()
  if (others.length > 0 || (axis !== -1 && axis !== value.rank - 1))
    throw refuseLayer(layer, 'has another axis than the last')
  const first = value.rank < 3 ? value : graph.turn(value, 'first')
  const mean = weightOf(layer, 'moving_mean').data
  const add = (name: string, fallback: number) => {
    const found = layer.weights.has(name) ? weightOf(layer, name).data : new Float32Array(mean.length).fill(fallback)
    return graph.floats(`${layer.name}/${name}`, [mean.length], found)
  }
  const inputs = [add('gamma', 1), add('beta', 0), add('moving_mean', 0), add('moving_variance', 1)]
  const epsilon = floatAttribute('epsilon', numberOf(layer, 'epsilon', 1e-3))
  return { ...first, name: graph.node('BatchNormalization', [first.name, ...inputs], layer.name, [epsilon]) }
}

function rectify({ graph, layer, value, dialect }: Conversion & { readonly value: NetValue }): NetValue {
  if (numberOf(layer, 'threshold', 0) !== 0) throw refuseLayer(layer, 'has a threshold')
  if (numberOf(layer, 'negative_slope', 0) !== 0) throw refuseLayer(layer, 'has a slope: use LeakyReLU')
  const most = layer.config['max_value'] ?? undefined
  if (most === undefined) return activate(graph, value, 'relu', layer, dialect)
  return clip(graph, value, layer, numberOf(layer, 'max_value', 0))
}

function leak({ graph, layer, value }: Conversion & { readonly value: NetValue }): NetValue {
  const slope = numberOf(layer, 'negative_slope', numberOf(layer, 'alpha', 0.3))
  return { ...value, name: graph.node('LeakyRelu', [value.name], layer.name, [floatAttribute('alpha', slope)]) }
}

function flatten({ graph, layer, value }: Conversion & { readonly value: NetValue }): NetValue {
  const last = graph.turn(value, 'last')
  const name = graph.node('Flatten', [last.name], layer.name, [intAttribute('axis', 1)])
  return { name, rank: 2, channels: 'last', width: last.rank === 2 ? last.width : undefined }
}

function reshape({ graph, layer, value }: Conversion & { readonly value: NetValue }): NetValue {
  const target = layer.config['target_shape']
  if (!isNumbers(target)) throw refuseLayer(layer, 'has no shape')
  // The first dimension stays what it is.
  const shape = graph.integers(`${layer.name}/shape`, [0, ...target])
  const name = graph.node('Reshape', [graph.turn(value, 'last').name, shape], layer.name)
  const width = target.at(-1)
  return { name, rank: target.length + 1, channels: 'last', width: width === -1 ? undefined : width }
}

function padZeros({ graph, layer, value }: Conversion & { readonly value: NetValue }): NetValue {
  const last = graph.turn(value, 'last')
  const given = layer.config['padding'] ?? 1
  const [rows, columns] = Array.isArray(given) ? [given[0] ?? 0, given[1] ?? 0] : [given, given]
  const sides = [rows, columns].map((side) => (typeof side === 'number' ? [side, side] : side))
  if (!sides.every((side) => isNumbers(side)) || last.rank !== 4) throw refuseLayer(layer, 'has no such padding')
  const [[top = 0, bottom = 0] = [], [left = 0, right = 0] = []] = sides
  const pads = graph.integers(`${layer.name}/pads`, [0, top, left, 0, 0, bottom, right, 0])
  return { ...last, name: graph.node('Pad', [last.name, pads], layer.name) }
}

function rescale({ graph, layer, value }: Conversion & { readonly value: NetValue }): NetValue {
  const factor = graph.floats(`${layer.name}/scale`, [], numbersOf(layer, 'scale', 1))
  const offset = graph.floats(`${layer.name}/offset`, [], numbersOf(layer, 'offset', 1, 0))
  const product = graph.node('Mul', [value.name, factor], `${layer.name}/mul`)
  return { ...value, name: graph.node('Add', [product, offset], layer.name) }
}

function concatenate({ graph, layer, values, value }: Conversion & { readonly value: NetValue }): NetValue {
  const axis = numberOf(layer, 'axis', -1)
  const isLast = axis === -1 || axis === value.rank - 1
  const alike = values.map((each) => graph.turn(each, 'last'))
  const name = graph.node(
    'Concat',
    alike.map((each) => each.name),
    layer.name,
    [intAttribute('axis', axis)],
  )
  const width = alike.reduce<number | undefined>(
    (sum, each) => (sum === undefined || each.width === undefined ? undefined : sum + each.width),
    0,
  )
  return { ...value, name, channels: 'last', width: isLast ? width : value.width }
}
