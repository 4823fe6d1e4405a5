import assert from 'node:assert/strict'
import { it } from 'node:test'
import { toDeviceEnvironment } from './visible-devices.ts'

const device = (uuid: string, vendor: 'nvidia' | 'amd' | 'apple') => ({
  uuid,
  vendor,
  name: uuid,
  isMemoryUnified: false,
})

it('a job sees its own GPUs and no others', () => {
  const nvidia = [device('GPU-1', 'nvidia'), device('MIG-2', 'nvidia')]
  assert.deepEqual(toDeviceEnvironment(nvidia, ['MIG-2', 'GPU-1']), { CUDA_VISIBLE_DEVICES: 'MIG-2,GPU-1' })
  assert.deepEqual(toDeviceEnvironment(nvidia, []), { CUDA_VISIBLE_DEVICES: '' })
  const both = [...nvidia, device('0', 'amd')]
  assert.deepEqual(toDeviceEnvironment(both, ['0']), { CUDA_VISIBLE_DEVICES: '', ROCR_VISIBLE_DEVICES: '0' })
})

it('where there is nothing to choose from nothing is set', () => {
  assert.deepEqual(toDeviceEnvironment([], []), {})
  assert.deepEqual(toDeviceEnvironment([device('apple-gpu', 'apple')], ['apple-gpu']), {})
})
