import { readFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { TensorValue } from '../onnx/tensor-value.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { isRecord, parseForeignJson, recordOf } from '../protocol/json.ts'
import type { Net, NetLayer } from './layers/net.ts'
import { damaged, readTfjsWeights } from './layers/tfjs-weights.ts'

/** Far above what describes the layers of a net. */
const maxJsonBytes = 64 << 20

/**
 * A model that TensorFlow.js has saved (`model.json` and files of weights), or that was converted to its format from
 * Keras.
 *
 * @throws RESOURCE_DOES_NOT_EXIST; BAD_REQUEST when it is damaged; NOT_IMPLEMENTED for a graph model, and for nets in nets
 * @see https://www.tensorflow.org/js/guide/save_load
 */
export async function readTfjsNet(path: string): Promise<Net> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `There is no file ${path}.`)
  if (found.size > maxJsonBytes) throw damaged('it has more text than layers need')
  const json = parseForeignJson(await readFile(path, 'utf8'))
  if (!isRecord(json)) throw damaged('it is no JSON object')
  if (json['format'] === 'graph-model') {
    throw new RunwrightError(
      'NOT_IMPLEMENTED',
      `${basename(path)} is a graph model, which has operators of TensorFlow.`,
      {
        hint: 'tf2onnx converts it: python -m tf2onnx.convert --tfjs model.json --output model.onnx',
      },
    )
  }
  const topology = recordOf(json['modelTopology'])
  const { class_name: kind, config } = recordOf(topology['model_config'] ?? topology)
  const layers = readLayers(config)
  const weights = await readTfjsWeights(path, json['weightsManifest'])
  const named = layers.map((layer) => ({ ...layer, weights: weightsOf(layer.name, weights) }))
  if (kind === 'Sequential') return readSequence(named)
  return readFunctional(named, recordOf(config))
}

type Entry = NetLayer & { readonly node: Readonly<Record<string, unknown>> }

function readLayers(config: unknown): Omit<Entry, 'weights'>[] {
  // The first versions had the list itself there.
  const list = Array.isArray(config) ? config : recordOf(config)['layers']
  if (!Array.isArray(list)) throw damaged('it has no layers')
  return list.map((each) => {
    const node = recordOf(each)
    const settings = recordOf(node['config'])
    const { class_name: kind } = node
    const name = settings['name'] ?? node['name']
    if (typeof kind !== 'string' || typeof name !== 'string') throw damaged('a layer has no name')
    const shape = settings['batch_input_shape'] ?? settings['batch_shape'] ?? settings['batchInputShape']
    return { kind, name, config: settings, inputs: [], node, ...(isShape(shape) ? { shape: shape.slice(1) } : {}) }
  })
}

/** Layers one after the other; the first says what the input is like, and may be nothing else. */
function readSequence(entries: readonly Entry[]): Net {
  const [first] = entries
  if (first?.shape === undefined) throw damaged('its first layer does not say what it takes')
  const { shape } = first
  const isInput = first.kind === 'InputLayer'
  const name = isInput ? first.name : `${first.name}_input`
  const input: NetLayer = { kind: 'InputLayer', name, config: {}, inputs: [], weights: new Map(), shape }
  const others = isInput ? entries.slice(1) : entries
  const names = [name, ...others.map((layer) => layer.name)]
  const layers = others.map((layer, at) => ({ ...layer, inputs: [names[at] ?? name] }))
  return { dialect: 'tfjs', layers: [input, ...layers], inputs: [name], outputs: [names.at(-1) ?? name] }
}

function readFunctional(entries: readonly Entry[], config: Readonly<Record<string, unknown>>): Net {
  const layers = entries.map((entry) => ({ ...entry, inputs: readInbound(entry) }))
  const ends = (key: string) => {
    const list = config[key]
    if (!Array.isArray(list)) throw damaged(`it has no ${key}`)
    return list.map((end) => {
      const name: unknown = Array.isArray(end) ? end[0] : end
      return typeof name === 'string' ? name : ''
    })
  }
  return { dialect: 'tfjs', layers, inputs: ends('input_layers'), outputs: ends('output_layers') }
}

/** `[[["before", 0, 0, {}], …]]`: one call of the layer, with the layers that it takes. */
function readInbound({ name, kind, node }: Entry): readonly string[] {
  const calls = node['inbound_nodes']
  if (!Array.isArray(calls) || calls.length === 0) return []
  const [call, ...others] = calls
  const inputs = Array.isArray(call) ? call.map((input) => (Array.isArray(input) ? input : [])) : []
  const isPlain = inputs.every(([from, at, tensor]) => typeof from === 'string' && at === 0 && tensor === 0)
  if (others.length > 0 || !isPlain) {
    throw new RunwrightError(
      'NOT_IMPLEMENTED',
      `The layer “${name}” (${kind}) is used more than once, or is a net itself.`,
    )
  }
  return inputs.map(([from]) => String(from))
}

function weightsOf(name: string, all: ReadonlyMap<string, TensorValue>): ReadonlyMap<string, TensorValue> {
  const own = [...all].filter(([key]) => key.split('/').slice(0, -1).includes(name))
  return new Map(own.map(([key, value]) => [key.replace(/^.*\//, '').replace(/:\d+$/, ''), value]))
}

function isShape(value: unknown): value is readonly (number | null)[] {
  return Array.isArray(value) && value.every((size) => size === null || typeof size === 'number')
}
