import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fixDimensions } from '../../onnx/fix-dimensions.ts'
import { writeArrayFile } from '../../onnx/npz.ts'
import { openSessionHost, type SessionHost } from '../../onnx/session.ts'
import { mlpModel } from '../../onnx/test-models.ts'
import { testRuntime } from '../../onnx/test-runtime.ts'
import { openSampleData } from '../open-sample-data.ts'
import { weightsInMemory } from '../weights.ts'
import { calibrate } from './calibrate.ts'

describe('calibration', { timeout: 300_000 }, () => {
  const { signal } = new AbortController()
  let folder: string
  let host: SessionHost
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'runwright-calibrate-'))
    host = await openSessionHost(testRuntime, {}, signal)
  })
  after(async () => {
    await host[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  async function openData(values: Float32Array<ArrayBuffer>, batch: number | string = 'batch') {
    const path = join(folder, 'data.npz')
    await writeArrayFile(path, new Map([['x', { dtype: 'float32', dims: [values.length / 8, 8], data: values }]]))
    return openSampleData(path, [{ name: 'x', dtype: 'float32', dims: [batch, 8] }])
  }

  it('sees the values inside of a model, of every sample that is asked for', async () => {
    const values = Float32Array.from({ length: 8 * 1000 }, (_, index) => Math.sin(index * 1.3) * (1 + index / 8000))
    await using data = await openData(values)
    const names = ['x', 'h', 'r', 'y', 'w1']
    const ranges = await calibrate(host, mlpModel(), names, data, {
      method: 'min-max',
      samples: 1000,
      signal,
      weights: weightsInMemory,
    })
    assert.deepEqual([...ranges.keys()], ['x', 'h', 'r', 'y'])
    assert.deepEqual(ranges.get('x'), { min: Math.min(...values), max: Math.max(...values), rank: 2 })
    const [h, r] = [ranges.get('h'), ranges.get('r')]
    assert.ok(h !== undefined && h.min < 0 && h.max > 0)
    assert.deepEqual(r, { min: 0, max: h.max, rank: 2 })
    const few = await calibrate(host, mlpModel(), ['x'], data, {
      method: 'min-max',
      samples: 10,
      signal,
      weights: weightsInMemory,
    })
    const first = values.slice(0, 80)
    assert.deepEqual(few.get('x'), { min: Math.min(...first), max: Math.max(...first), rank: 2 })
  })

  it('gives a model of a fixed batch whole batches alone', async () => {
    const values = Float32Array.from({ length: 8 * 10 }, (_, index) => index)
    await using data = await openData(values, 4)
    const model = fixDimensions(mlpModel(), new Map([['batch', 4]]))
    const ranges = await calibrate(host, model, ['x', 'h'], data, {
      method: 'min-max',
      samples: 10,
      signal,
      weights: weightsInMemory,
    })
    assert.deepEqual(ranges.get('x'), { min: 0, max: 8 * 8 - 1, rank: 2 })
  })

  it('says which value is no finite number, and with which data', async () => {
    await using data = await openData(Float32Array.of(1, 2, 3, Number.NaN, 5, 6, 7, 8))
    for (const method of ['min-max', 'entropy'] as const) {
      const settings = { method, samples: 1, signal, weights: weightsInMemory }
      await assert.rejects(calibrate(host, mlpModel(), ['x', 'h'], data, settings), {
        code: 'BAD_REQUEST',
        message: /With data\.npz the value “x” of the model is not a finite number 1 times/,
      })
      await assert.rejects(calibrate(host, mlpModel(), ['h'], data, settings), {
        message: /With data\.npz the value “h” of the model is not a finite number 16 times/,
      })
    }
  })

  it('does not need more memory for more samples', async () => {
    const values = new Float32Array(8 * 400_000).map((_, index) => (index % 17) - 8)
    await using data = await openData(values)
    const before = process.memoryUsage().rss
    await calibrate(host, mlpModel(), ['x', 'h', 'r', 'y'], data, {
      method: 'mse',
      samples: 400_000,
      signal,
      weights: weightsInMemory,
    })
    assert.ok(process.memoryUsage().rss - before < 256 * 2 ** 20)
  })
})
