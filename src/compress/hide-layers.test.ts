import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ModelProto } from 'onnx-buf'
import { nameOperator } from '../onnx/graph.ts'
import { writeModel } from '../onnx/model.ts'
import { attentionModel, convModel, ifModel, mlpModel } from '../onnx/test-models.ts'
import { refuses } from '../onnx/test-refusal.ts'
import { applyStep } from './apply-step.ts'
import { hideLayers, showLayers } from './hide-layers.ts'
import { compareOutputs, runModel, testContext } from './test-runtime.ts'

const operators = ({ graph }: ModelProto) => graph?.node.map(nameOperator) ?? []

describe('layers that a pass leaves as they are', () => {
  it('are as they were once they are shown again', () => {
    const model = ifModel()
    assert.deepEqual(writeModel(showLayers(hideLayers(model, ['then_y']))), writeModel(model))
    assert.deepEqual(writeModel(model), writeModel(ifModel()))
  })

  it('stay in float while the others become integers, with whatever pass', async () => {
    const weightOnly = await applyStep(
      { pass: 'weight-int8', options: { blockSize: '16' }, keep: ['q_plain'] },
      attentionModel(),
      testContext,
    )
    assert.equal(operators(weightOnly.model).filter((name) => name === 'com.microsoft.MatMulNBits').length, 3)
    assert.equal(operators(weightOnly.model)[0], 'MatMul')
    const dynamic = await applyStep({ pass: 'dynamic-int8', keep: ['logits'] }, mlpModel(), testContext)
    assert.equal(operators(dynamic.model).filter((name) => name === 'Gemm').length, 1)
    const fixed = await applyStep({ pass: 'static-int8', keep: ['y'] }, convModel(), testContext)
    const difference = compareOutputs(await runModel(convModel()), await runModel(fixed.model))
    assert.ok(difference > 0 && difference < 0.1, `outputs differ by ${difference}`)
  })

  it('have to be there', () => {
    refuses('INVALID_PARAMETER_VALUE', /“nowhere”/, () => hideLayers(mlpModel(), ['h', 'nowhere']))
  })
})
