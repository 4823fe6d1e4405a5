import { create } from '@bufbuild/protobuf'
import {
  GraphProtoSchema,
  type NodeProto,
  TensorProto_DataType as DataType,
  type TensorProto,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from 'onnx-buf'
import {
  graphAttribute,
  intAttribute,
  intsAttribute,
  makeGraph,
  makeModel,
  makeNode,
  makeValue,
} from './build-graph.ts'
import { dataTypes } from './data-types.ts'
import { writeModel } from './model.ts'
import type { Dtype } from './tensor-value.ts'

/** Small models for tests, as bytes. */

interface Parts {
  readonly inputs: readonly ValueInfoProto[]
  readonly outputs: readonly ValueInfoProto[]
  readonly nodes: readonly NodeProto[]
  readonly weights?: readonly TensorProto[]
}

function toBytes(parts: Parts): Uint8Array {
  return writeModel(makeModel(makeGraph({ name: 'test', ...parts })))
}

function int64s(name: string, dims: readonly number[], values: readonly bigint[]): TensorProto {
  return create(TensorProtoSchema, {
    name,
    dims: dims.map(BigInt),
    dataType: DataType.INT64,
    int64Data: [...values],
  })
}

/** y = max(x, 0), of [N, 3] float32. */
export function reluModel(): Uint8Array {
  return toBytes({
    inputs: [makeValue('x', DataType.FLOAT, ['N', 3])],
    outputs: [makeValue('y', DataType.FLOAT, ['N', 3])],
    nodes: [makeNode('Relu', ['x'], ['y'])],
  })
}

/** y is x of [N] as [N, 1], whatever its type. */
export function reshapeModel(dtype: Dtype): Uint8Array {
  return toBytes({
    inputs: [makeValue('x', dataTypes[dtype], ['N'])],
    outputs: [makeValue('y', dataTypes[dtype], ['N', 1])],
    nodes: [makeNode('Reshape', ['x', 'shape'], ['y'])],
    weights: [int64s('shape', [2], [-1n, 1n])],
  })
}

/** y is x of [N] after one operator. */
export function oneOperatorModel(opType: string): Uint8Array {
  return toBytes({
    inputs: [makeValue('x', DataType.FLOAT, ['N'])],
    outputs: [makeValue('y', DataType.FLOAT, ['N'])],
    nodes: [makeNode(opType, ['x'], ['y'])],
  })
}

/** Probabilities as a classifier of scikit-learn gives them: a tensor, and a list of maps. */
export function mapModel(): Uint8Array {
  const maps = create(ValueInfoProtoSchema, {
    name: 'maps',
    type: {
      value: {
        case: 'sequenceType',
        value: {
          elemType: {
            value: {
              case: 'mapType',
              value: {
                keyType: DataType.INT64,
                valueType: { value: { case: 'tensorType', value: { elemType: DataType.FLOAT } } },
              },
            },
          },
        },
      },
    },
  })
  const model = makeModel(
    makeGraph({
      name: 'test',
      inputs: [makeValue('x', DataType.FLOAT, ['N', 2])],
      outputs: [makeValue('y', DataType.FLOAT, ['N', 2]), maps],
      nodes: [
        makeNode('Identity', ['x'], ['y']),
        makeNode('ZipMap', ['x'], ['maps'], [intsAttribute('classlabels_int64s', [0, 1])], { domain: 'ai.onnx.ml' }),
      ],
    }),
  )
  model.opsetImport.push({ $typeName: 'onnx.OperatorSetIdProto', domain: 'ai.onnx.ml', version: 3n })
  return writeModel(model)
}

/** Counts to n, one at a time, by a loop in the graph. */
export function endlessModel(): Uint8Array {
  return loopModel(DataType.INT64, [], [makeNode('Add', ['before', 'one'], ['after'])], int64s('start', [], [0n]))
}

/** A tensor that is joined to itself n times: of 2 ** n kilobytes. */
export function growingModel(): Uint8Array {
  const start = create(TensorProtoSchema, {
    name: 'start',
    dims: [1024n],
    dataType: DataType.UINT8,
    rawData: new Uint8Array(1024).fill(1),
  })
  const join = makeNode('Concat', ['before', 'before'], ['after'], [intAttribute('axis', 0)])
  return loopModel(DataType.UINT8, ['size'], [join], start)
}

function loopModel(
  type: DataType,
  dims: readonly string[],
  nodes: readonly NodeProto[],
  start: TensorProto,
): Uint8Array {
  const body = create(GraphProtoSchema, {
    ...makeGraph({
      name: 'body',
      inputs: [makeValue('i', DataType.INT64, []), makeValue('go', DataType.BOOL, []), makeValue('before', type, dims)],
      outputs: [makeValue('goOn', DataType.BOOL, []), makeValue('after', type, dims)],
      nodes: [makeNode('Identity', ['go'], ['goOn']), ...nodes],
    }),
  })
  return toBytes({
    inputs: [makeValue('n', DataType.INT64, [])],
    outputs: [makeValue('y', type, dims)],
    nodes: [makeNode('Loop', ['n', '', 'start'], ['y'], [graphAttribute('body', body)])],
    weights: [start, int64s('one', [], [1n])],
  })
}
