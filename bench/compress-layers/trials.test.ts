import assert from 'node:assert/strict'
import { it } from 'node:test'
import { applyPass, findPass } from '../../src/compress/apply-pass.ts'
import { testContext } from '../../src/compress/test-runtime.ts'
import { modelTensors } from '../../src/onnx/model-tensors.ts'
import { measuresOf, trials } from './trials.ts'

it('each measure of each trial has an id of its own', () => {
  const ids = trials.flatMap(measuresOf).map(([id]) => id)
  assert.equal(new Set(ids).size, ids.length)
})

it('half of the channels of each convolution are taken out of the net of three', async () => {
  const pruned = trials.find(({ id }) => id === 'pruned') ?? assert.fail()
  const { pass, options = {} } = pruned.step
  const { model } = await applyPass(findPass(pass), pruned.make().model, options, testContext)
  const kernels = modelTensors(model).filter(({ dims }) => dims.length === 4)
  assert.deepEqual(
    kernels.map(({ dims }) => dims.slice(0, 2).map(Number)),
    [
      [32, 3],
      [32, 32],
      [32, 32],
    ],
  )
})
