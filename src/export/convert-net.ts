import { type ModelProto, TensorProto_DataType as DataType } from 'onnx-buf'
import { makeGraph, makeModel, makeNode, makeValue } from '../onnx/build-graph.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { layerKinds } from './layers/layer-kinds.ts'
import { type Net, refuseLayer } from './layers/net.ts'
import { createNetGraph, type NetValue } from './layers/net-graph.ts'

/** Kinds of layers that can be converted. */
export const convertedLayers: readonly string[] = ['InputLayer', ...layerKinds.keys()]

/** The operators that are used have been the same since the first, and have changed after the second. */
const leastOpset = 13
const mostOpset = 21

/**
 * A net as an ONNX model, whose outputs are called `output_0`, `output_1`, … and whose inputs as `inputNames` says, in
 * the order of the net's. The number of samples is free.
 *
 * @throws NOT_IMPLEMENTED naming the layer that cannot be converted; INVALID_PARAMETER_VALUE for another opset
 */
export function convertNet(net: Net, inputNames: readonly string[], opset = 17): ModelProto {
  if (opset < leastOpset || opset > mostOpset) {
    throw new RunwrightError('INVALID_PARAMETER_VALUE', `Layers are converted to no opset ${opset}.`, {
      hint: `Give one from ${leastOpset} to ${mostOpset}.`,
    })
  }
  const outputNames = net.outputs.map((_, at) => `output_${at}`)
  const graph = createNetGraph([...inputNames, ...outputNames])
  const values = new Map<string, NetValue>()
  const inputs = net.inputs.map((layerName, at) => {
    const { shape = [] } = net.layers.find(({ name }) => name === layerName) ?? {}
    const name = inputNames[at] ?? layerName
    const width = shape.at(-1) ?? undefined
    values.set(layerName, { name, rank: shape.length + 1, channels: 'last', width })
    return makeValue(name, DataType.FLOAT, ['batch', ...shape.map((size, dim) => size ?? `${name}_${dim + 1}`)])
  })
  for (const layer of net.layers) {
    if (values.has(layer.name)) continue
    const convert = layerKinds.get(layer.kind)
    if (convert === undefined) throw refuseLayer(layer, 'is of a kind that is not converted here')
    const taken = layer.inputs.map((name) => {
      const found = values.get(name)
      if (found === undefined) throw refuseLayer(layer, `takes “${name}”, which comes after it or is not there`)
      return found
    })
    const [value] = taken
    if (value === undefined) throw refuseLayer(layer, 'takes nothing')
    values.set(layer.name, convert({ layer, graph, dialect: net.dialect, values: taken, value }))
  }
  const ends = net.outputs.map((layerName, at) => {
    const found = values.get(layerName)
    if (found === undefined) throw new RunwrightError('BAD_REQUEST', `The net has no layer “${layerName}”.`)
    const { rank, width, name: last } = graph.turn(found, 'last')
    const name = outputNames[at] ?? layerName
    const dims = Array.from({ length: rank }, (_, dim) => (dim === 0 ? 'batch' : `${name}_${dim}`))
    const known = width === undefined || rank < 2 ? dims : [...dims.slice(0, -1), width]
    return { last, name, value: makeValue(name, DataType.FLOAT, known) }
  })
  return makeModel(
    makeGraph({
      name: 'net',
      inputs,
      outputs: ends.map(({ value }) => value),
      nodes: [...graph.nodes, ...ends.map(({ last, name }) => makeNode('Identity', [last], [name]))],
      weights: graph.weights,
    }),
    { opset },
  )
}
