import { create } from '@bufbuild/protobuf'
import {
  type NodeProto,
  StringStringEntryProtoSchema,
  TensorProto_DataLocation as DataLocation,
  TensorProto_DataType as DataType,
  type TensorProto,
  TensorProtoSchema,
} from 'onnx-buf'
import { makeGraph, makeModel, makeNode, makeValue } from './build-graph.ts'
import { writeModel } from './model.ts'
import { testWeights } from './test-models.ts'

/** A file that is no model as it should be. */
export interface HostileModel {
  readonly bytes: Uint8Array
  /** What whoever reads its weights says of it; of what cannot be read as a model, whoever reads that. */
  readonly reason: RegExp
}

/** Of the square weight that all of them have. */
const width = 32

/** `x` [N, 32] → MatMul by `w` → Relu → `y`, or by other nodes. */
function modelWith(weight: TensorProto, nodes: readonly NodeProto[] = plainNodes()): Uint8Array {
  const value = (name: string) => makeValue(name, DataType.FLOAT, ['N', width])
  const parts = { inputs: [value('x')], outputs: [value('y')], nodes, weights: [weight] }
  return writeModel(makeModel(makeGraph({ name: 'hostile', ...parts })))
}

function plainNodes(): readonly NodeProto[] {
  return [makeNode('MatMul', ['x', 'w'], ['h']), makeNode('Relu', ['h'], ['y'])]
}

function weightOf(dims: readonly bigint[]): TensorProto {
  return create(TensorProtoSchema, {
    name: 'w',
    dims: [...dims],
    dataType: DataType.FLOAT,
    rawData: new Uint8Array(4 * width * width),
  })
}

/** A weight that lies in a file, as the model says. */
function weightIn(location: string, offset = 0): TensorProto {
  const entries = Object.entries({ location, offset: String(offset), length: String(4 * width * width) })
  return create(TensorProtoSchema, {
    name: 'w',
    dims: [BigInt(width), BigInt(width)],
    dataType: DataType.FLOAT,
    dataLocation: DataLocation.EXTERNAL,
    externalData: entries.map(([key, value]) => create(StringStringEntryProtoSchema, { key, value })),
  })
}

const weight = () => testWeights('w', [width, width])

/**
 * By what is wrong with them.
 *
 * @param outside path of a file that is not in the folder of the models, from which no weight is to be read
 * @param short name of a file beside them with fewer bytes than a weight has
 */
export function hostileModels(outside: string, short: string): ReadonlyMap<string, HostileModel> {
  const whole = modelWith(weight())
  const circle = [
    makeNode('Add', ['x', 'b'], ['a']),
    makeNode('MatMul', ['a', 'w'], ['b']),
    makeNode('Relu', ['b'], ['y']),
  ]
  const largest = 2n ** 62n
  const models: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ['nodes that go round in a circle', modelWith(weight(), circle), /goes round in a circle/],
    ['more elements than there is memory', modelWith(weightOf([2n ** 31n, 2n ** 20n])), /impossibly large/],
    ['more elements than can be counted', modelWith(weightOf([largest, largest])), /impossibly large/],
    ['fewer bytes than its dimensions say', modelWith(weightOf([32n, 33n])), /bytes/],
    ['a negative dimension', modelWith(weightOf([-32n, -32n])), /negative dimension/],
    ['weights above its folder', modelWith(weightIn('../outside')), /leads out of the folder of the model/],
    ['weights by way of its folder', modelWith(weightIn('a/../../outside')), /leads out of the folder of the model/],
    ['weights at any place', modelWith(weightIn(outside)), /is no relative path/],
    ['weights that are not there', modelWith(weightIn('nowhere')), /which is not there/],
    ['weights that are cut off', modelWith(weightIn(short)), /and that file has \d+ bytes/],
    ['weights beyond the end', modelWith(weightIn(short, 2 ** 52)), /and that file has \d+ bytes/],
    ['its end cut off', whole.subarray(0, whole.length - 200), /cannot be read as an ONNX model/],
    ['its beginning alone', whole.subarray(0, 20), /cannot be read as an ONNX model|has no graph/],
    ['text in it', Buffer.from('This is no model.\n'), /cannot be read as an ONNX model/],
    ['nothing in it', new Uint8Array(0), /has no graph/],
  ]
  return new Map(models.map(([what, bytes, reason]) => [what, { bytes, reason }]))
}

/** Nodes that nobody knows, between those that passes make something of: an operator, a domain, one with a great opset. */
export function strangeNodesModel(): Uint8Array {
  return modelWith(weight(), [
    makeNode('Frobnicate', ['x'], ['f']),
    makeNode('MatMul', ['f', 'w'], ['h']),
    makeNode('Relu', ['h'], ['r'], [], { domain: 'com.example' }),
    makeNode('MatMul', ['r', 'w'], ['m']),
    makeNode('Frobnicate', ['m', '', 'f'], ['y', 'unused']),
  ])
}
