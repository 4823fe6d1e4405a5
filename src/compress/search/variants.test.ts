import assert from 'node:assert/strict'
import { it } from 'node:test'
import { findPass, listPasses } from '../apply-pass.ts'
import { readOptions } from '../pass-options.ts'
import { exactVariants, fastVariants } from './variants.ts'

it('variants of a pass are other options of it, one at a time, that are none of its defaults', () => {
  const { options } = findPass('static-int8')
  assert.deepEqual(exactVariants(options, {}), [
    { method: 'mse' },
    { method: 'percentile' },
    { method: 'entropy' },
    { reduceRange: true },
  ])
  assert.deepEqual(exactVariants(options, { method: 'mse', reduceRange: true }), [
    { method: 'percentile', reduceRange: true },
    { method: 'entropy', reduceRange: true },
  ])
  assert.deepEqual(fastVariants(findPass('weight-int4').options, { blockSize: '32' }), [
    { blockSize: '32', accuracy: 'int8' },
  ])
  assert.deepEqual(fastVariants(options, {}), [])
})

it('variants are options that their pass takes', () => {
  for (const { title, options } of listPasses()) {
    for (const variant of [...exactVariants(options, {}), ...fastVariants(options, {})]) {
      assert.deepEqual(readOptions(title, options, variant), { ...readOptions(title, options, {}), ...variant })
    }
  }
})
