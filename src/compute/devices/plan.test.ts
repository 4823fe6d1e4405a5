import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { JobResources } from '../../protocol/jobs.ts'
import { plan, type PlanInput } from './plan.ts'
import { gibibyte, toDevices, toExperimentId, toJobId } from './scratch-jobs.ts'

const minute = 60_000
const now = 1000 * minute

interface Asked extends JobResources {
  readonly priority?: number
  readonly experiment?: number
  readonly createdAt?: number
  readonly promotedAt?: number
}

/** Jobs 1, 2, … in the order of their age, which is an hour and less. */
function queue(...asked: readonly Asked[]) {
  return asked.map(({ priority = 0, experiment = 0, createdAt, promotedAt, ...resources }, index) => ({
    jobId: toJobId(index + 1),
    experimentId: toExperimentId(experiment),
    priority,
    createdAt: createdAt ?? now - 60 * minute + index,
    resources,
    ...(promotedAt === undefined ? {} : { promotedAt }),
  }))
}

/** A job numbered from 100 on that has run for ten minutes. */
function running(gpus: readonly string[], { experiment = 9, ...resources }: Asked, number = 100) {
  return {
    jobId: toJobId(number),
    experimentId: toExperimentId(experiment),
    resources: { gpus: gpus.length, ...resources },
    startedAt: now - 10 * minute,
    gpus,
  }
}

const machine = { now, devices: toDevices(24, 24, 80), cpus: 16, memoryBytes: 64 * gibibyte, running: [] }
const mib = gibibyte / 1024

function planned(input: Partial<PlanInput>) {
  const { start, waiting, reserved } = plan({ ...machine, queued: [], ...input })
  return {
    start: Object.fromEntries(start.map(({ jobId, gpus }) => [Number.parseInt(jobId, 16), gpus.toSorted()])),
    order: start.map(({ jobId }) => Number.parseInt(jobId, 16)),
    reasons: Object.fromEntries(waiting.map(({ jobId, reason }) => [Number.parseInt(jobId, 16), reason])),
    freeAt: waiting.map(({ freeAt }) => freeAt),
    reserved,
  }
}

describe('packing', () => {
  it('gives a job without a memory the smallest GPU alone, and leaves the large one', () => {
    const { start, reasons } = planned({ queued: queue({ gpus: 1 }, { gpuMemoryBytes: 70 * gibibyte }, { gpus: 1 }) })
    assert.deepEqual(start, { 1: ['gpu0'], 2: ['gpu2'], 3: ['gpu1'] })
    assert.deepEqual(reasons, {})
  })

  it('puts jobs with a memory on one GPU as long as it has so much free', () => {
    const share = { gpuMemoryBytes: 10 * gibibyte }
    const { start } = planned({ queued: queue(share, share, share) })
    assert.deepEqual(start, { 1: ['gpu0'], 2: ['gpu0'], 3: ['gpu1'] })
  })

  it('shares no GPU that a job has alone, and gives none alone that is shared', () => {
    const { start, reasons } = planned({
      devices: toDevices(24, 24),
      running: [running(['gpu0'], {}), running(['gpu1'], { gpuMemoryBytes: gibibyte }, 101)],
      queued: queue({ gpus: 1 }, { gpuMemoryBytes: 23 * gibibyte }, { gpuMemoryBytes: gibibyte }),
    })
    assert.deepEqual(start, { 2: ['gpu1'] })
    assert.deepEqual(Object.keys(reasons), ['1', '3'])
  })

  it('gives a job all its GPUs or none', () => {
    const { start, reasons } = planned({
      running: [running(['gpu1'], {})],
      queued: queue({ gpus: 3 }, { gpus: 2 }),
    })
    assert.deepEqual(start, {})
    assert.deepEqual(reasons, { 1: 'waits for 3 GPUs', 2: 'waits behind other jobs for 2 GPUs' })
  })

  it('takes each of the GPUs once, also where one would have room for several shares', () => {
    const { start } = planned({ queued: queue({ gpus: 2, gpuMemoryBytes: 4 * gibibyte }) })
    assert.deepEqual(start, { 1: ['gpu0', 'gpu1'] })
  })

  it('respects programs of others: their memory counts, and no job has such a GPU alone', () => {
    const devices = toDevices(24).map((device) => ({ ...device, foreignBytes: 20 * gibibyte, hasForeign: true }))
    const { start, reasons } = planned({
      devices,
      queued: queue({ gpus: 1 }, { gpuMemoryBytes: 5 * gibibyte }, { gpuMemoryBytes: 4 * gibibyte }),
    })
    assert.deepEqual(start, { 3: ['gpu0'] })
    assert.equal(reasons[1], 'waits for one GPU, which other programs use')
    assert.equal(reasons[2], 'waits for 5 GiB on one GPU, which other programs use')
  })

  it('counts CPUs and memory, and a job that names neither GPUs nor CPUs as one CPU', () => {
    const { start, reasons } = planned({
      cpus: 4,
      queued: queue(
        { cpus: 3 },
        {},
        {},
        { gpus: 1 },
        { gpus: 1, memoryBytes: 60 * gibibyte },
        { gpus: 1, memoryBytes: 5 * gibibyte },
      ),
    })
    assert.deepEqual(Object.keys(start), ['1', '2', '4', '5'])
    assert.equal(reasons[3], 'waits for a CPU')
    assert.equal(reasons[6], 'waits behind other jobs for 5 GiB of memory')
  })
})

describe('the order', () => {
  const one = toDevices(24)

  it('is by priority, then by age', () => {
    const { order } = planned({ cpus: 2, queued: queue({ cpus: 1 }, { cpus: 1, priority: 1 }, { cpus: 1 }) })
    assert.deepEqual(order, [2, 1])
  })

  it('is headed by promoted jobs, the latest first', () => {
    const jobs = queue({ priority: 9 }, { promotedAt: 5, experiment: 1 }, { promotedAt: 7, priority: -9 }, {})
    assert.deepEqual(planned({ queued: jobs }).order, [3, 2, 1, 4])
  })

  it('is the same whenever it is asked for, also of jobs that came at once', () => {
    const twins = queue({ cpus: 1, createdAt: 0 }, { cpus: 1, createdAt: 0 }, { cpus: 1, createdAt: 0 })
    for (const queued of [twins, twins.toReversed()]) assert.deepEqual(planned({ queued }).order, [1, 2, 3])
  })

  it('puts the experiment first that has less of the machine', () => {
    const job = { gpus: 1, experiment: 1 }
    const { order } = planned({
      devices: toDevices(24, 24, 24, 24),
      queued: queue(job, job, job, { ...job, experiment: 2 }),
    })
    assert.deepEqual(order, [1, 4, 2, 3])
  })

  it('counts what runs already, and the resource of which an experiment has most', () => {
    const { order } = planned({
      devices: one,
      running: [running([], { cpus: 8, experiment: 1 })],
      queued: queue({ gpus: 1, experiment: 1 }, { gpus: 1, experiment: 2 }),
    })
    assert.deepEqual(order, [2])
  })

  it('lets a job that has waited for more than a week go before one with a point more', () => {
    const week = 7 * 24 * 60 * minute
    const old = (createdAt: number) => queue({ gpus: 1, priority: 1, createdAt: now }, { gpus: 1, createdAt })
    assert.deepEqual(planned({ devices: one, queued: old(now - week + 1) }).order, [1])
    assert.deepEqual(planned({ devices: one, queued: old(now - week - 1) }).order, [2])
  })
})

describe('a job for which room is kept', () => {
  const jobs = queue({ gpus: 2, experiment: 1 }, { gpus: 1, experiment: 2 }, { gpus: 1, experiment: 2, priority: 1 })
  const input = { devices: toDevices(24, 24), running: [running([], { cpus: 12, experiment: 1 })] }

  it('keeps its turn when others come to have less of the machine', () => {
    const queued = jobs.slice(0, 2)
    assert.deepEqual(planned({ ...input, queued }).order, [2])
    assert.deepEqual(planned({ ...input, queued, kept: toJobId(1) }).order, [1])
    assert.deepEqual(planned({ ...input, queued, kept: toJobId(99) }).order, [2], 'it may be gone')
  })

  it('goes behind those of higher priority all the same', () => {
    assert.deepEqual(planned({ ...input, queued: jobs, kept: toJobId(1) }).order, [3])
  })
})

describe('back-filling', () => {
  /** gpu0 is free, gpu1 until the twentieth minute from now at the latest. */
  const half = {
    devices: toDevices(24, 24),
    running: [running(['gpu1'], { timeLimitSeconds: 30 * 60 })],
  }

  it('starts a job that ends before the first one can start', () => {
    const { start, reserved, freeAt } = planned({
      ...half,
      queued: queue({ gpus: 2 }, { gpus: 1, timeLimitSeconds: 21 * 60 }, { gpus: 1, timeLimitSeconds: 20 * 60 }),
    })
    assert.deepEqual(start, { 3: ['gpu0'] })
    assert.deepEqual(reserved, { jobId: toJobId(1), gpus: ['gpu1', 'gpu0'], at: now + 20 * minute })
    assert.equal(freeAt[0], now + 20 * minute)
  })

  it('starts no job without a time limit on what is kept', () => {
    const { start, reasons } = planned({ ...half, queued: queue({ gpus: 2 }, { gpus: 1 }) })
    assert.deepEqual(start, {})
    assert.equal(reasons[2], 'waits behind other jobs for one GPU')
  })

  it('keeps nothing until the job has waited for as long as its GPUs would stand idle, all in all', () => {
    // gpu0 would be idle for the ten minutes until gpu1 is free.
    const input = { ...half, running: [running(['gpu1'], { timeLimitSeconds: 20 * 60 })] }
    const after = (minutes: number, more: Asked = {}) =>
      planned({
        ...input,
        queued: queue({ gpus: 2, createdAt: now - minutes * minute, ...more }, { gpus: 1, createdAt: now }),
      })
    assert.deepEqual(after(9).start, { 2: ['gpu0'] })
    assert.deepEqual(after(10).start, {})
    assert.equal(after(9).reasons[1], 'waits for 2 GPUs')

    assert.deepEqual(after(9, { priority: 1 }).start, {}, 'a point of priority is worth a week')
    assert.deepEqual(after(0, { promotedAt: now }).start, {}, 'a promoted job does not wait')
  })

  it('goes on to keep what was kept before, though the time of it has come to be later', () => {
    const queued = queue({ gpus: 2, createdAt: now - 9 * minute }, { gpus: 1, createdAt: now })
    assert.deepEqual(planned({ ...half, queued }).start, { 2: ['gpu0'] })
    assert.deepEqual(planned({ ...half, queued, kept: toJobId(1) }).start, {})
  })

  it('starts any job on what is not kept', () => {
    const { start } = planned({
      ...half,
      devices: toDevices(24, 24, 80),
      queued: queue({ gpus: 2, gpuMemoryBytes: 24 * gibibyte }, { gpuMemoryBytes: 79 * gibibyte }, { gpus: 1 }),
      running: [running(['gpu0', 'gpu1'], { timeLimitSeconds: 1800 })],
    })
    assert.deepEqual(start, { 2: ['gpu2'] })
  })

  it('keeps no more than the job needs', () => {
    const long = { gpuMemoryBytes: 12 * gibibyte }
    const { start } = planned({
      devices: toDevices(24, 24),
      running: [
        running(['gpu0'], { gpuMemoryBytes: 12 * gibibyte, timeLimitSeconds: 3600 }),
        running(['gpu1'], { timeLimitSeconds: 1800 }, 101),
      ],
      queued: queue({ gpuMemoryBytes: 24 * gibibyte }, long, long),
    })
    assert.deepEqual(start, { 2: ['gpu0'] }, 'gpu1 is kept, half of gpu0 is not')
  })

  it('keeps GPUs that are in use rather than idle ones', () => {
    const { start, reserved } = planned({
      devices: toDevices(24, 24, 24),
      running: [running(['gpu1', 'gpu2'], { timeLimitSeconds: 1800 })],
      queued: queue({ gpus: 2 }, { gpus: 1 }),
    })
    assert.deepEqual(start, { 2: ['gpu0'] })
    assert.deepEqual(reserved?.gpus, ['gpu1', 'gpu2'])
  })

  it('lets the jobs that go before it take together no more than it leaves', () => {
    const { start } = planned({
      cpus: 8,
      running: [running([], { cpus: 4, timeLimitSeconds: 1800 })],
      queued: queue({ cpus: 6 }, { cpus: 2 }, { cpus: 2 }, { cpus: 2, timeLimitSeconds: 60 }),
    })
    assert.deepEqual(Object.keys(start), ['2', '4'])
  })

  it('keeps nothing for a job that other programs or its own size hold up', () => {
    const devices = toDevices(24, 24).map((device, index) => ({ ...device, hasForeign: index === 0 }))
    const { start, reserved, reasons } = planned({ devices, queued: queue({ gpus: 2 }, { gpus: 3 }, { gpus: 1 }) })
    assert.deepEqual(start, { 3: ['gpu1'] })
    assert.equal(reserved, undefined)
    assert.equal(reasons[1], 'waits for 2 GPUs, which other programs use')
    assert.equal(reasons[2], 'asks for 3 GPUs, and this machine has 2')
  })

  it('names no time where a job that has no limit is in the way', () => {
    const { freeAt, reserved } = planned({
      devices: toDevices(24),
      running: [running(['gpu0'], {})],
      queued: queue({ gpus: 1 }),
    })
    assert.deepEqual(freeAt, [undefined])
    assert.equal(reserved?.at, now + 10 * minute, 'it is guessed to run for as long again')
  })

  it('counts a job that is over its time as one that is about to end', () => {
    const { freeAt } = planned({
      devices: toDevices(24),
      running: [running(['gpu0'], { timeLimitSeconds: 60 })],
      queued: queue({ gpus: 1 }),
    })
    assert.deepEqual(freeAt, [now + 10_000])
  })
})

it('a GPU that went away under its job is nothing to share out', () => {
  const { start } = planned({ devices: toDevices(24), running: [running(['gone'], {})], queued: queue({ gpus: 1 }) })
  assert.deepEqual(start, { 1: ['gpu0'] })
})

it('jobs that need the same get one reason, and the first of them the time', () => {
  const { reasons, freeAt } = planned({
    devices: toDevices(24),
    running: [running(['gpu0'], { timeLimitSeconds: 900 })],
    queued: queue({ gpuMemoryBytes: 512 * mib }, { gpuMemoryBytes: 512 * mib }, { gpus: 1 }),
  })
  assert.deepEqual(reasons, {
    1: 'waits for 0.5 GiB on one GPU',
    2: 'waits behind other jobs for 0.5 GiB on one GPU',
    3: 'waits behind other jobs for one GPU',
  })
  assert.deepEqual(freeAt, [now + 5 * minute, undefined, now + 5 * minute])
})
