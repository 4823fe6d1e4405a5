import assert from 'node:assert/strict'
import { it } from 'node:test'
import { findCutOutput } from './output-status.ts'

const ids = { kernelId: 'a'.repeat(32), executionId: 'b'.repeat(32) }

it('an output that was cut is found by what the notebook keeps with it', () => {
  const outputs = [{ metadata: { outputType: 'stream' } }, { metadata: { metadata: { runwright: ids } } }, {}]
  assert.deepEqual(findCutOutput(outputs), ids)
})

it('ids that are none are no output that was cut', () => {
  assert.equal(findCutOutput([{ metadata: { metadata: { runwright: { ...ids, kernelId: '../x' } } } }]), undefined)
  assert.equal(findCutOutput([{ metadata: { metadata: {} } }, {}]), undefined)
})
