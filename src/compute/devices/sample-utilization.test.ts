import assert from 'node:assert/strict'
import { it } from 'node:test'
import { parseRunId } from '../../protocol/ids.ts'
import { createUtilizationSampler, type SampledRun } from './sample-utilization.ts'

const runId = parseRunId('a'.repeat(32))
const device = { uuid: 'GPU-1', name: 'A', vendor: 'nvidia', isMemoryUnified: false, utilizationPercent: 40 } as const

it('runs are sampled while they have GPUs, and no longer', async () => {
  assert.ok(runId !== undefined)
  let runs: readonly SampledRun[] = []
  let reads = 0
  const logged: string[] = []
  const { promise: twice, resolve } = Promise.withResolvers<undefined>()
  using sampler = createUtilizationSampler({
    refresh() {
      reads += 1
      return Promise.resolve()
    },
    devices: () => [device],
    runs: () => runs,
    log(_, metrics) {
      logged.push(...metrics.map(({ key, value, step }) => `${key} ${value} ${step}`))
      if (logged.length < 2) return Promise.reject(new Error('The store is busy.'))
      runs = []
      resolve(undefined)
      return Promise.resolve()
    },
    now: () => 25_000,
    intervalMs: 1,
  })
  sampler.wake()
  assert.equal(reads, 0, 'no run, no question')
  runs = [{ runId, startedAt: 0, gpus: ['GPU-1'] }]
  sampler.wake()
  sampler.wake()
  await twice
  assert.deepEqual(logged, Array(2).fill('system/gpu_0_utilization_percentage 40 2'))
  await new Promise((resolve) => setTimeout(resolve, 20))
  assert.equal(reads, 2, 'it sleeps once no run has a GPU')
})
