import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { JobResources } from '../../protocol/jobs.ts'
import { toComputeDevices } from './compute-devices.ts'
import { type AttributedDevice, type AttributedProcess, toPlannedDevices } from './planned-devices.ts'
import { gibibyte, toExperimentId, toJobId } from './scratch-jobs.ts'

const mib = 2 ** 20

/** An RTX 4090 as its driver tells it: 12 MiB less than it is sold with. */
function card(usedMebibytes: number, processes?: readonly AttributedProcess[]): AttributedDevice {
  return {
    uuid: 'GPU-0',
    name: 'NVIDIA GeForce RTX 4090',
    vendor: 'nvidia',
    isMemoryUnified: false,
    memoryTotalBytes: 24564 * mib,
    memoryUsedBytes: usedMebibytes * mib,
    ...(processes === undefined ? {} : { processes }),
  }
}

const job = toJobId(1)
const holder = (resources: JobResources, number = 1) => ({
  jobId: toJobId(number),
  experimentId: toExperimentId(0),
  resources,
  gpus: ['GPU-0'],
})
const sharing = holder({ gpuMemoryBytes: 8 * gibibyte })
const process = (pid: number, mebibytes: number, owner?: typeof job) => ({
  pid,
  memoryBytes: mebibytes * mib,
  ...(owner === undefined ? {} : { jobId: owner }),
})

function planned(device: AttributedDevice, running: readonly ReturnType<typeof holder>[] = []) {
  const [result] = toPlannedDevices([device], running, 64 * gibibyte)
  assert.ok(result !== undefined)
  return [result.capacityBytes / gibibyte, result.foreignBytes / mib, result.hasForeign]
}

describe('a GPU counts', () => {
  it('as large as it is sold, whatever its driver keeps', () => {
    assert.deepEqual(planned(card(5, [])), [24, 0, false])
  })

  it('what programs of others use, and a screen that is large', () => {
    assert.deepEqual(planned(card(6100, [process(7, 6000)])), [24, 6100, true])
    assert.deepEqual(planned(card(900, [])), [24, 900, false])
  })

  it('what a job of ours uses as its own, also beyond what it was promised and after it has ended', () => {
    assert.deepEqual(planned(card(10_000, [process(7, 9900, job)]), [sharing]), [24, 0, false])
    assert.deepEqual(planned(card(10_000, [process(7, 9900, job)])), [24, 0, false])
  })

  it('what is promised where its processes are not seen, as from within a container', () => {
    for (const device of [card(7000, []), card(7000)]) {
      assert.deepEqual(planned(device, [sharing]), [24, 0, false])
      assert.deepEqual(planned({ ...device, memoryUsedBytes: 10_192 * mib }, [sharing]), [24, 2000, false])
    }
  })

  it('a program whose memory is not told as one that is there', () => {
    assert.deepEqual(planned(card(3000, [{ pid: 7 }])), [24, 3000, true])
    assert.deepEqual(planned(card(8000, [{ pid: 7, jobId: job }]), [sharing]), [24, 0, false])
  })

  it('both, of a job and of a program beside it', () => {
    const device = card(12_100, [process(7, 8000, job), process(8, 4000)])
    assert.deepEqual(planned(device, [sharing]), [24, 4100, true])
  })

  it('much memory as a program where nobody tells which there are', () => {
    assert.deepEqual(planned(card(2047)), [24, 2047, false])
    assert.deepEqual(planned(card(2048)), [24, 2048, true])
  })

  it('the memory of the machine where it has none of its own, and none where it is not told', () => {
    const { memoryTotalBytes, memoryUsedBytes, ...unknown } = card(0)
    assert.ok(memoryTotalBytes !== undefined && memoryUsedBytes !== undefined)
    assert.deepEqual(planned({ ...unknown, isMemoryUnified: true, memoryUsedBytes: 4000 * mib }), [64, 0, false])
    assert.deepEqual(planned({ ...unknown, isMemoryUnified: true, processes: [process(9, 96)] }), [64, 96, true])
    assert.deepEqual(planned(unknown), [0, 0, false])
  })
})

describe('people see of a GPU', () => {
  const state = (device: AttributedDevice, running: readonly ReturnType<typeof holder>[] = [], kept: string[] = []) =>
    toComputeDevices([device], running, { gpus: kept })[0]?.state

  it('who uses it, in words', () => {
    assert.equal(state(card(0, [])), 'free')
    assert.equal(state(card(0, []), [], ['GPU-0']), 'kept for a job that waits')
    assert.equal(state(card(0, []), [holder({ gpus: 1 })]), 'used by one job')
    assert.equal(state(card(0, []), [sharing, holder({ gpuMemoryBytes: 1 }, 2)]), 'shared by 2 jobs')
    assert.equal(state(card(900, [process(7, 800)])), 'used by another program')
    assert.equal(state(card(900, [process(7, 8), process(8, 8)])), 'used by 2 other programs')
    assert.equal(state(card(9000)), 'used by other programs')
    assert.equal(
      state(card(9000, [process(8, 4000)]), [sharing], ['GPU-0']),
      'shared by one job and another program, kept for a job that waits',
    )
  })

  it('its processes, and the jobs that have none on it yet', () => {
    const [device] = toComputeDevices(
      [card(9000, [process(7, 8000, job), process(8, 4)])],
      [sharing, holder({}, 2)],
      undefined,
    )
    assert.deepEqual(device?.users, [process(7, 8000, job), process(8, 4), { jobId: toJobId(2) }])
    assert.deepEqual([device?.name, device?.memoryUsedBytes], ['NVIDIA GeForce RTX 4090', 9000 * mib])
  })
})
