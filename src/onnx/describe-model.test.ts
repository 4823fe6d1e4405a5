import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { create } from '@bufbuild/protobuf'
import {
  StringStringEntryProtoSchema,
  TensorProto_DataLocation as DataLocation,
  TensorProto_DataType as DataType,
  TypeProtoSchema,
} from 'onnx-buf'
import { makeValue } from './build-graph.ts'
import { describeModel } from './describe-model.ts'
import { attentionModel, convModel, ifModel, mlpModel, testWeights } from './test-models.ts'
import { makeTensor } from './tensor.ts'
import { refuses } from './test-refusal.ts'

describe('the description of a model', () => {
  it('tells its inputs and outputs, its operators and what it weighs', () => {
    const model = mlpModel()
    model.metadataProps.push(create(StringStringEntryProtoSchema, { key: 'author', value: 'someone' }))
    model.graph?.initializer.push(makeTensor('spare', DataType.INT8, [3], [1, 2, 3]))
    const weights = { tensors: 4, parameters: 212, bytes: 848, externalBytes: 0 }
    const spare = { tensors: 1, parameters: 3, bytes: 3, externalBytes: 0 }
    assert.deepEqual(describeModel(model), {
      irVersion: 8,
      producer: 'runwright',
      producerVersion: '',
      name: 'mlp',
      inputs: [{ name: 'x', type: 'float32', shape: ['batch', 8] }],
      outputs: [{ name: 'y', type: 'float32', shape: ['batch', 4] }],
      opsets: [{ domain: 'ai.onnx', version: 17 }],
      nodes: 4,
      operators: [
        { name: 'Gemm', count: 2 },
        { name: 'Relu', count: 1 },
        { name: 'Softmax', count: 1 },
      ],
      weights: { tensors: 5, parameters: 215, bytes: 851, externalBytes: 0 },
      weightsByType: [
        { type: 'float32', ...weights },
        { type: 'int8', ...spare },
      ],
      weightsByOperator: [
        { operator: 'Gemm', ...weights },
        { operator: 'unused', ...spare },
      ],
      metadata: [{ key: 'author', value: 'someone' }],
    })
  })

  it('counts what is in graphs inside of nodes, and weights for what takes them there', () => {
    const { nodes, operators, weightsByOperator } = describeModel(ifModel())
    assert.equal(nodes, 3)
    assert.deepEqual(
      operators.map(({ name }) => name),
      ['Add', 'If', 'MatMul'],
    )
    assert.deepEqual(
      weightsByOperator.map(({ operator, bytes }) => [operator, bytes]),
      [
        ['MatMul', 64],
        ['Add', 16],
      ],
    )
  })

  it('counts a constant for what takes it', () => {
    const byOperator = new Map(
      describeModel(attentionModel()).weightsByOperator.map(({ operator, tensors }) => [operator, tensors]),
    )
    assert.deepEqual(
      byOperator,
      new Map([
        ['MatMul', 4],
        ['Add', 3],
        ['Div', 1],
      ]),
    )
  })

  it('leaves weights out of the inputs, where an old model lists them', () => {
    const model = convModel()
    for (const { name } of model.graph?.initializer ?? []) model.graph?.input.push(makeValue(name, DataType.FLOAT, []))
    assert.deepEqual(
      describeModel(model).inputs.map(({ name }) => name),
      ['x'],
    )
  })

  it('has words for types that are no plain tensors, and sizes that nobody knows', () => {
    const model = mlpModel()
    const tensor = { case: 'tensorType', value: { elemType: DataType.INT64 } } as const
    const [input] = model.graph?.input ?? []
    assert.ok(input)
    const describeAs = (type: NonNullable<Parameters<typeof create<typeof TypeProtoSchema>>[1]>) => {
      input.type = create(TypeProtoSchema, type)
      return describeModel(model).inputs[0]
    }
    assert.deepEqual(describeAs({ value: tensor }), { name: 'x', type: 'int64', shape: undefined })
    const map = {
      value: { case: 'mapType', value: { keyType: DataType.STRING, valueType: { value: tensor } } },
    } as const
    assert.equal(
      describeAs({ value: { case: 'sequenceType', value: { elemType: map } } })?.type,
      'sequence(map(string, int64))',
    )
    const dim = [
      { value: { case: 'dimValue' as const, value: -1n } },
      { value: { case: 'dimParam' as const, value: '' } },
      {},
    ]
    assert.deepEqual(describeAs({ value: { case: 'tensorType', value: { elemType: 99, shape: { dim } } } }), {
      name: 'x',
      type: 'type 99',
      shape: [null, null, null],
    })
    assert.deepEqual(describeAs({}), { name: 'x', type: 'unknown', shape: undefined })
  })

  it('tells what lies in files beside the model', () => {
    const model = mlpModel()
    const [weight] = model.graph?.initializer ?? []
    assert.ok(weight)
    weight.dataLocation = DataLocation.EXTERNAL
    assert.deepEqual(describeModel(model).weights, { tensors: 4, parameters: 212, bytes: 848, externalBytes: 512 })
  })

  it('is refused for weights of dimensions that none can have', () => {
    const model = mlpModel()
    const odd = testWeights('odd', [1])
    odd.dims = [-4n]
    model.graph?.initializer.push(odd)
    refuses('BAD_REQUEST', /“odd” has a negative dimension/, () => describeModel(model))
  })
})
