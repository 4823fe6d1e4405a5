import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { convModel, mlpModel } from '../onnx/test-models.ts'
import { testRuntime } from '../onnx/test-runtime.ts'
import { writeModel } from '../onnx/model.ts'
import type { TensorValue } from '../onnx/tensor-value.ts'
import { describeLatency } from './measure/latency.ts'
import { measureInTurn, measureStartUp } from './measure-models.ts'

const context = { runtime: testRuntime, limits: {}, signal: new AbortController().signal }
const model = { name: 'mlp.onnx', model: writeModel(mlpModel()) }
const x: TensorValue = { dtype: 'float32', dims: [4, 8], data: new Float32Array(32).fill(0.5) }
const feeds = new Map([['x', x]])
const setting = { threads: 1, batch: 4 }

describe('the measuring of two models', { timeout: 300_000 }, () => {
  it('gives time, throughput and memory of each, and how much faster the candidate is', async () => {
    const plan = { rounds: 6, budgetMs: 60, maxRuns: 20 }
    const { original, candidate, speedup } = await measureInTurn([model, model], feeds, setting, context, plan)
    for (const { p50, p95, p99, runs, memoryBytes, processBytes, throughput } of [original, candidate]) {
      assert.ok(p50.value > 0 && p50.value <= p95.value && p95.value <= p99.value)
      assert.ok(runs >= 12 && runs <= 120, `${runs}`)
      assert.ok(memoryBytes < processBytes && processBytes > 2 ** 20)
      assert.ok(throughput.value > 0)
    }
    const [low = 0, high = 0] = speedup.interval ?? []
    assert.ok(low > 0 && low <= speedup.value && speedup.value <= high)
  })

  it('gives the time until a new process has answered once', async () => {
    const { original, candidate } = await measureStartUp([model, model], feeds, setting, context, 2)
    for (const { startUp, load } of [original, candidate]) assert.ok(startUp.value > load.value && load.value > 0)
  })

  it('says which of them cannot be run', async () => {
    const damaged = { name: 'damaged.onnx', model: Uint8Array.of(1, 2, 3) }
    await assert.rejects(measureInTurn([model, damaged], feeds, setting, context), { message: /^damaged\.onnx: / })
    const other = { name: 'conv.onnx', model: writeModel(convModel()) }
    await assert.rejects(measureStartUp([model, other], feeds, setting, context), { message: /^conv\.onnx: / })
  })

  it('pools the runs of all rounds, and tells the spread between rounds', () => {
    const rounds = [1, 2, 3, 4].map((ms) => ({ runsMs: new Float64Array(25).fill(ms), cpuMs: 50 * ms }))
    const { p50, p99, meanMs, cpuMs, runs, throughput } = describeLatency(rounds, 5)
    assert.deepEqual([p50.value, p99.value, meanMs, cpuMs, runs], [2, 4, 2.5, 5, 100])
    assert.equal(throughput.value, 2000)
    assert.deepEqual(p50.interval, [1, 4])
  })
})
