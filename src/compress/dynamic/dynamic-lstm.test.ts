import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { create } from '@bufbuild/protobuf'
import {
  AttributeProto_AttributeType as AttributeType,
  AttributeProtoSchema,
  type ModelProto,
  TensorProto_DataType as DataType,
} from 'onnx-buf'
import { intAttribute, makeGraph, makeModel, makeNode, makeValue } from '../../onnx/build-graph.ts'
import { testWeights } from '../../onnx/test-models.ts'
import { applyPass, findPass } from '../apply-pass.ts'
import { compareOutputs, runModel, testContext } from '../test-runtime.ts'

const bidirectional = create(AttributeProtoSchema, {
  name: 'direction',
  s: new TextEncoder().encode('bidirectional'),
  type: AttributeType.STRING,
})

/** `x` [length, batch, 12] → an LSTM of 8 in both directions → `y` and its last state. */
function lstmModel(): ModelProto {
  return makeModel(
    makeGraph({
      name: 'lstm',
      inputs: [makeValue('x', DataType.FLOAT, ['length', 'batch', 12])],
      outputs: [
        makeValue('y', DataType.FLOAT, ['length', 2, 'batch', 8]),
        makeValue('state', DataType.FLOAT, [2, 'batch', 8]),
      ],
      nodes: [makeNode('LSTM', ['x', 'w', 'r', 'b'], ['y', 'state'], [intAttribute('hidden_size', 8), bidirectional])],
      weights: [testWeights('w', [2, 32, 12], 0.6), testWeights('r', [2, 32, 8], 0.6), testWeights('b', [2, 64])],
    }),
  )
}

describe('an LSTM of integers', () => {
  it('answers as the one of floats, in both directions', async () => {
    const { model, changes } = await applyPass(findPass('dynamic-int8'), lstmModel(), {}, testContext)
    const [node] = model.graph?.node ?? []
    assert.deepEqual([node?.opType, node?.domain, changes.length], ['DynamicQuantizeLSTM', 'com.microsoft', 1])
    for (const seed of [1, 2, 3]) {
      const error = compareOutputs(await runModel(lstmModel(), seed), await runModel(model, seed))
      assert.ok(error > 0 && error < 0.02, String(error))
    }
  })

  it('stays one of floats when its weights are not known', async () => {
    const model = lstmModel()
    model.graph?.input.push(makeValue('r', DataType.FLOAT, [2, 32, 8]))
    await assert.rejects(() => applyPass(findPass('dynamic-int8'), model, {}, testContext), {
      code: 'COMPRESSION_NOT_APPLICABLE',
    })
  })
})
