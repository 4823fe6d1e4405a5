import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { makeNode } from '../../onnx/build-graph.ts'
import { writeArrayFile } from '../../onnx/npz.ts'
import { openSessionHost, type SessionHost } from '../../onnx/session.ts'
import { convModel, mlpModel } from '../../onnx/test-models.ts'
import { testRuntime } from '../../onnx/test-runtime.ts'
import { openSampleData } from '../open-sample-data.ts'
import { weightsInMemory } from '../weights.ts'
import { eachActivation } from './each-activation.ts'
import { createHistogram } from './histogram.ts'
import { reduceRanges } from './reduce-ranges.ts'

describe('ranges that the runtime finds', { timeout: 300_000 }, () => {
  const { signal } = new AbortController()
  const settings = { samples: 100, weights: weightsInMemory, signal }
  let folder: string
  let host: SessionHost
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'runwright-ranges-'))
    host = await openSessionHost(testRuntime, {}, signal)
  })
  after(async () => {
    await host[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  async function openData(values: Float32Array<ArrayBuffer>, dims: readonly number[]) {
    const path = join(folder, 'data.npz')
    const size = dims.reduce((product, dim) => product * dim, 1)
    await writeArrayFile(
      path,
      new Map([['x', { dtype: 'float32', dims: [values.length / size, ...dims], data: values }]]),
    )
    return openSampleData(path, [{ name: 'x', dtype: 'float32', dims: ['batch', ...dims] }])
  }

  it('are those of the values, one by one, with as many dims', async () => {
    const model = convModel()
    const names = ['x', ...(model.graph?.node.flatMap(({ output }) => output) ?? [])]
    const values = Float32Array.from({ length: 64 * 100 }, (_, index) => Math.sin(index * 1.7) * (1 + index / 640))
    await using data = await openData(values, [1, 8, 8])
    const expected = new Map<string, { min: number; max: number; rank: number }>()
    await eachActivation(host, model, names, data, settings, (name, seen, { dims }) => {
      const histogram = createHistogram(false)
      histogram.add(seen)
      const { min, max } = expected.get(name) ?? { min: 0, max: 0 }
      expected.set(name, { min: Math.min(min, histogram.min), max: Math.max(max, histogram.max), rank: dims.length })
    })
    const found = await reduceRanges(host, model, names, data, settings)
    assert.deepEqual([...(found?.keys() ?? [])], names)
    for (const [name, range] of expected) {
      const { min = Number.NaN, max = Number.NaN, rank } = found?.get(name) ?? {}
      // Batches of another size may be summed up in another order.
      for (const [a, b] of [
        [min, range.min],
        [max, range.max],
      ] as const) {
        assert.ok(Math.abs(a - b) <= 1e-5 * Math.max(1, Math.abs(b)), `${name}: ${a} for ${b}`)
      }
      assert.equal(rank, range.rank, name)
    }
  })

  it('are none where a value inside of the model is not finite', async () => {
    for (const odd of [Number.NaN, Infinity, -Infinity]) {
      await using data = await openData(
        Float32Array.from({ length: 16 }, (_, index) => (index === 11 ? odd : 1)),
        [8],
      )
      assert.equal(await reduceRanges(host, mlpModel(), ['h'], data, settings), undefined, String(odd))
    }
  })

  it('are none for what the runtime cannot reduce, which is no error', async () => {
    await using data = await openData(
      Float32Array.from({ length: 16 }, (_, index) => index),
      [8],
    )
    const model = mlpModel()
    model.graph?.node.push(makeNode('IsNaN', ['h'], ['odd']))
    const found = await reduceRanges(host, model, ['h', 'odd'], data, settings)
    assert.equal(found, undefined)
  })
})
