import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { JobResources } from '../../protocol/jobs.ts'
import { createDeviceSource } from './detect-devices.ts'
import type { DeviceReading } from './device.ts'
import { createDeviceLeases } from './device-leases.ts'
import { type FakeUse, fakeNvidiaSmi, parseFakeGpus } from './fake-nvidia.ts'
import type { RunningJob } from './machine.ts'
import { gibibyte, toExperimentId, toJobId } from './scratch-jobs.ts'

const queued = (number: number, resources: JobResources) => ({
  jobId: toJobId(number),
  experimentId: toExperimentId(0),
  resources,
  priority: 0,
  createdAt: number,
})
const [one, two] = [queued(1, { gpus: 1 }), queued(2, { cpus: 1 })]

/** Leases over pretended GPUs and a clock that the test sets. */
function open({ gpus = '24G', read }: { gpus?: string; read?: () => Promise<DeviceReading | undefined> } = {}) {
  const fakes = parseFakeGpus(gpus)
  const state = { now: 1000, reads: 0, changes: 0, uses: [] as readonly FakeUse[] }
  const real = createDeviceSource(
    fakeNvidiaSmi(fakes, () => state.uses),
    'linux',
  )
  const leases = createDeviceLeases({
    source: {
      read() {
        state.reads += 1
        return (read ?? real.read)()
      },
    },
    findOwner: (pid) => (pid === 77 ? toJobId(9) : undefined),
    cpus: 4,
    memoryBytes: 64 * gibibyte,
    now: () => state.now,
    changed: () => (state.changes += 1),
  })
  const plan = (jobs: Parameters<typeof leases.plan>[0]['queued'], running: readonly RunningJob[] = []) => {
    const { start, waiting } = leases.plan({ queued: jobs, running, now: state.now })
    return {
      start: start.map(({ jobId }) => Number.parseInt(jobId, 16)),
      waiting: Object.fromEntries(waiting.map(({ jobId, reason }) => [Number.parseInt(jobId, 16), reason])),
    }
  }
  return { leases, state, plan, uuids: fakes.map(({ uuid }) => uuid) }
}

describe('leases', () => {
  it('start no job on a GPU before it has been looked at, and others at once', async () => {
    const { leases, state, plan } = open()
    assert.deepEqual(plan([one, two]), { start: [2], waiting: { 1: 'waits for a look at the GPUs' } })
    assert.equal(state.reads, 1)
    await leases.refresh()
    assert.deepEqual([state.reads, state.changes], [1, 1], 'asked for again, it is done once')
    assert.deepEqual(plan([one, two]), { start: [1, 2], waiting: {} })
  })

  it('look again when a while has passed, and wait for it when it was long', async () => {
    const { leases, state, plan } = open()
    await leases.refresh()
    state.now += 4001
    assert.deepEqual(plan([one]).start, [1])
    assert.equal(state.reads, 2)
    await leases.refresh()
    state.now += 15_001
    assert.deepEqual(plan([one]).start, [])
    await leases.refresh()
    assert.deepEqual(plan([one]).start, [1])
    state.now += 60_000
    assert.deepEqual(plan([two]).start, [2])
    assert.equal(state.reads, 3, 'jobs without GPUs need no look')
  })

  it('keep a GPU that someone else’s program is on from a job that wants it alone', async () => {
    const { leases, plan, uuids } = open({ gpus: '24G+4G' })
    await leases.refresh()
    const shared = queued(3, { gpuMemoryBytes: 20 * gibibyte })
    const { start, waiting } = plan([one, shared])
    assert.deepEqual(start, [3])
    assert.deepEqual(waiting, { 1: 'waits for one GPU, which other programs use' })
    const running = { ...shared, gpus: uuids }
    assert.equal(leases.list([running]).devices[0]?.state, 'shared by one job and another program')
  })

  it('know the processes of a job for its own, still after it has ended', async () => {
    const { leases, state, plan, uuids } = open()
    state.uses = [{ gpus: uuids, pid: 77 }]
    await leases.refresh()
    assert.deepEqual(
      leases.devices[0]?.processes?.map(({ jobId }) => jobId),
      [toJobId(9)],
    )
    assert.deepEqual(plan([one]).start, [1])
  })

  it('tell the time at which a GPU is free', async () => {
    const { leases, state, plan, uuids } = open()
    await leases.refresh()
    const running = { ...queued(5, { gpus: 1, timeLimitSeconds: 3600 }), startedAt: state.now, gpus: uuids }
    assert.match(plan([one], [running]).waiting[1] ?? '', /^waits for one GPU; free at about \d\d:\d\d$/)
    assert.equal(leases.list([running]).devices[0]?.state, 'used by one job, kept for a job that waits')
  })

  it('keep nothing once nobody waits, however long ago the GPUs were looked at', async () => {
    const { leases, state, plan, uuids } = open()
    await leases.refresh()
    plan([one], [{ ...queued(5, { gpus: 1 }), startedAt: state.now, gpus: uuids }])
    assert.equal(leases.list([]).devices[0]?.state, 'kept for a job that waits')
    state.now += 60_000
    plan([])
    assert.equal(leases.list([]).devices[0]?.state, 'free')
  })

  it('tell what the driver complains of to jobs that find no GPU', async () => {
    const complaint = 'Failed to initialize NVML: Driver/library version mismatch'
    const { leases, plan, state } = open({ read: () => Promise.resolve({ devices: [], problems: [complaint] }) })
    await leases.refresh()
    assert.equal(plan([one]).waiting[1], `asks for one GPU, and no GPU is seen on this machine: ${complaint}`)
    assert.deepEqual(leases.list([]), { devices: [], problems: [complaint], readAt: state.now })
  })

  it('say before a job is queued what the machine does not have', async () => {
    const { leases, state } = open()
    assert.equal(await leases.describeExcess({ cpus: 5 }), 'asks for 5 CPUs, and this machine has 4')
    assert.equal(state.reads, 0)
    assert.equal(await leases.describeExcess({ gpus: 2 }), 'asks for 2 GPUs, and this machine has 1')
    assert.equal(await leases.describeExcess({ gpuMemoryBytes: 24 * gibibyte }), undefined)
  })
})
