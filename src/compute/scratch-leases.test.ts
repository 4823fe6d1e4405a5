import assert from 'node:assert/strict'
import { it } from 'node:test'
import { parseExperimentId } from '../protocol/ids.ts'
import { type JobResources, parseJobId } from '../protocol/jobs.ts'
import type { RunningJob } from './devices/machine.ts'
import type { QueuedJob } from './devices/queue-order.ts'
import { createCountedLeases } from './scratch-leases.ts'

const experimentId = parseExperimentId('1') ?? assert.fail()
const id = (name: string) => parseJobId(Buffer.from(name).toString('hex').padEnd(32, '0')) ?? assert.fail()
const queued = (name: string, resources: JobResources = {}, more: Partial<QueuedJob> = {}): QueuedJob => ({
  jobId: id(name),
  experimentId,
  resources,
  priority: 0,
  createdAt: 0,
  ...more,
})
const running = (name: string, gpus: readonly string[], resources: JobResources = {}): RunningJob => ({
  jobId: id(name),
  experimentId,
  resources,
  gpus,
})

it('what is free is given out, and each job that waits is told for what', () => {
  const leases = createCountedLeases({ cpus: 4, gpus: ['a', 'b'] })
  const plan = leases.plan({
    queued: [queued('big', { gpus: 2 }), queued('one', { gpus: 1 }), queued('wide', { cpus: 3 })],
    running: [running('other', ['a'], { gpus: 1 })],
    now: 0,
  })
  assert.deepEqual(plan, {
    start: [{ jobId: id('one'), gpus: ['b'] }],
    waiting: [
      { jobId: id('big'), reason: 'waits for 2 GPUs; 1 free' },
      { jobId: id('wide'), reason: 'waits for 3 CPUs; 2 free' },
    ],
  })
})

it('promoted jobs go first, then those of a higher priority, then older ones', () => {
  const { start } = createCountedLeases({ cpus: 9, gpus: [] }).plan({
    queued: [
      queued('young', {}, { createdAt: 9 }),
      queued('old', {}, { createdAt: 1 }),
      queued('important', {}, { createdAt: 5, priority: 7 }),
      queued('promoted', {}, { createdAt: 8, promotedAt: 10 }),
      queued('latest', {}, { createdAt: 8, promotedAt: 11 }),
    ],
    running: [],
    now: 20,
  })
  assert.deepEqual(
    start.map(({ jobId }) => jobId),
    ['latest', 'promoted', 'important', 'old', 'young'].map(id),
  )
})
