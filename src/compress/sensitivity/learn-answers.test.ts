import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { copyModel } from '../../onnx/edit-graph.ts'
import { openSessionHost, type SessionHost } from '../../onnx/session.ts'
import { mlpModel, testWeights } from '../../onnx/test-models.ts'
import { testRuntime } from '../../onnx/test-runtime.ts'
import type { SampleData } from '../sample-data.ts'
import { weightsInMemory } from '../weights.ts'
import { learnAnswers } from './learn-answers.ts'

/** Rows of eight numbers; it tells how many were asked for. */
function countedData(count: number): SampleData & { readonly read: () => number } {
  let read = 0
  return {
    name: 'rows',
    count,
    hasLabels: false,
    runSize: undefined,
    async *batches(size) {
      for (let at = 0; at < count; at += size) {
        const rows = Math.min(size, count - at)
        read += rows
        const data = Float32Array.from({ length: rows * 8 }, (_, index) => Math.sin(at + index))
        const feeds = new Map([['x', { dtype: 'float32', dims: [rows, 8], data } as const]])
        yield Promise.resolve({ feeds, labels: undefined, count: rows })
      }
    },
    read: () => read,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}

describe('answers that are learnt', { timeout: 300_000 }, () => {
  const { signal } = new AbortController()
  let host: SessionHost
  before(async () => {
    host = await openSessionHost(testRuntime, {}, signal)
  })
  after(() => host[Symbol.asyncDispose]())

  it('tell how far another model is from the one that gave them, on as many samples as were wanted', async () => {
    const data = countedData(200)
    const tell = await learnAnswers(host, mlpModel(), data, { samples: 40, weights: weightsInMemory, signal })
    assert.equal(data.read(), 48)
    assert.equal(await tell(mlpModel()), 0)
    const [near, far] = [await tell(withWeights(0.31)), await tell(withWeights(3))]
    assert.ok(near > 0 && near < far, `${near} and ${far}`)
    assert.equal(data.read(), 48)
  })

  it('take a sample at least', async () => {
    await assert.rejects(
      () => learnAnswers(host, mlpModel(), countedData(0), { samples: 1, weights: weightsInMemory, signal }),
      { code: 'BAD_REQUEST', message: /rows has no samples/ },
    )
  })
})

function withWeights(scale: number) {
  const model = copyModel(mlpModel())
  model.graph?.initializer.splice(0, 1, testWeights('w1', [8, 16], scale))
  return model
}
