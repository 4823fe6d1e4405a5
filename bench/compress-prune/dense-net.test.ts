import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { runModel } from '../../src/compress/test-runtime.ts'
import { countParameters, type DenseNet, fromOnnx, readTensorflowNet, toOnnx, writeTensorflowNet } from './dense-net.ts'

const values = (count: number) => Float32Array.from({ length: count }, (_, index) => Math.sin(index))
const net: DenseNet = [
  { inputs: 4, units: 3, kernel: values(12), bias: undefined, activation: 'linear' },
  { inputs: 3, units: 5, kernel: values(15), bias: values(5), activation: 'relu' },
  { inputs: 5, units: 2, kernel: values(10), bias: values(2), activation: 'softmax' },
]

it('a net is the same in both forms', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'runwright-dense-net-'))
  try {
    await writeTensorflowNet(net, folder)
    assert.deepEqual(await readTensorflowNet(folder), net)
  } finally {
    await rm(folder, { recursive: true })
  }
  assert.deepEqual(fromOnnx(toOnnx(net)), net)
  assert.equal(countParameters(net), 44)
  const [y = []] = (await runModel(toOnnx(net))).values()
  assert.ok(Math.abs((y[0] ?? 0) + (y[1] ?? 0) - 1) < 1e-6)
})
