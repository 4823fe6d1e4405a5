import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { writeModel } from '../onnx/model.ts'
import { openSessionHost, type SessionHost } from '../onnx/session.ts'
import { messyModel } from '../onnx/test-models.ts'
import { testRuntime } from '../onnx/test-runtime.ts'
import { applyPass, findPass } from './apply-pass.ts'
import { createHostContext } from './host-context.ts'
import { testContext } from './test-runtime.ts'
import { weightsInMemory } from './weights.ts'

describe('passes whose models run in a host', { timeout: 300_000 }, () => {
  const { signal } = new AbortController()
  let host: SessionHost
  before(async () => {
    host = await openSessionHost(testRuntime, {}, signal)
  })
  after(() => host[Symbol.asyncDispose]())

  it('compute constants beforehand as they do in this process', async () => {
    const context = createHostContext({ host, weights: weightsInMemory, data: undefined, signal })
    const there = await applyPass(findPass('clean-up'), messyModel(), {}, context)
    const here = await applyPass(findPass('clean-up'), messyModel(), {}, testContext)
    assert.deepEqual(writeModel(there.model), writeModel(here.model))
    assert.ok(
      there.changes.some(({ what }) => /computed/.test(what)),
      JSON.stringify(there.changes.map(({ what }) => what)),
    )
  })

  it('say that they need data where there is none', async () => {
    const context = createHostContext({ host, weights: weightsInMemory, data: undefined, signal })
    await assert.rejects(() => applyPass(findPass('static-int8'), messyModel(), {}, context))
  })
})
