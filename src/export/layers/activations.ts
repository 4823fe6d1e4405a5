import { floatAttribute, intAttribute } from '../../onnx/build-graph.ts'
import { type NetLayer, numberOf, refuseLayer } from './net.ts'
import type { NetGraph, NetValue } from './net-graph.ts'

/** Functions that are one operator of ONNX with its own defaults. */
const operators: ReadonlyMap<string, string> = new Map([
  ['relu', 'Relu'],
  ['sigmoid', 'Sigmoid'],
  ['tanh', 'Tanh'],
  ['selu', 'Selu'],
  ['softplus', 'Softplus'],
  ['softsign', 'Softsign'],
  ['exponential', 'Exp'],
])

/**
 * Applies a function to each element, or to those of the last dimension.
 *
 * @param activation as a layer's configuration names it
 */
export function activate(
  graph: NetGraph,
  value: NetValue,
  activation: string,
  layer: NetLayer,
  dialect: 'keras' | 'tfjs',
): NetValue {
  const { name } = value
  const label = `${layer.name}/${activation}`
  const apply = (type: string, ...attributes: ReturnType<typeof floatAttribute>[]) => ({
    ...value,
    name: graph.node(type, [name], label, attributes),
  })
  const operator = operators.get(activation)
  if (operator !== undefined) return apply(operator)
  switch (activation) {
    case 'linear':
      return value
    case 'elu':
      return apply('Elu', floatAttribute('alpha', numberOf(layer, 'alpha', 1)))
    case 'relu6':
      return clip(graph, value, layer, 6)
    case 'leaky_relu':
      return apply('LeakyRelu', floatAttribute('alpha', 0.2))
    case 'hard_sigmoid':
      // Keras 3 took over the slope that others have.
      return apply(
        'HardSigmoid',
        floatAttribute('alpha', dialect === 'keras' ? 1 / 6 : 0.2),
        floatAttribute('beta', 0.5),
      )
    case 'swish':
    case 'silu':
      return { ...value, name: graph.node('Mul', [name, apply('Sigmoid').name], label) }
    case 'mish': {
      const bent = graph.node('Tanh', [apply('Softplus').name], label)
      return { ...value, name: graph.node('Mul', [name, bent], label) }
    }
    case 'softmax':
      return softmax(graph, value, layer, -1)
    default:
      throw refuseLayer(layer, `has the activation “${activation}”, which is not known here`)
  }
}

export function softmax(graph: NetGraph, value: NetValue, layer: NetLayer, axis: number): NetValue {
  const last = graph.turn(value, 'last')
  const name = graph.node('Softmax', [last.name], `${layer.name}/softmax`, [intAttribute('axis', axis)])
  return { ...last, name }
}

/** Zero below zero, and `most` above. */
export function clip(graph: NetGraph, value: NetValue, layer: NetLayer, most: number): NetValue {
  const bounds = [graph.floats(`${layer.name}/least`, [], [0]), graph.floats(`${layer.name}/most`, [], [most])]
  return { ...value, name: graph.node('Clip', [value.name, ...bounds], `${layer.name}/clip`) }
}
