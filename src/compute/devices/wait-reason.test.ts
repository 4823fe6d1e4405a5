import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { JobResources } from '../../protocol/jobs.ts'
import { toDemand } from './resource-pool.ts'
import { gibibyte, toDevices } from './scratch-jobs.ts'
import { describeExcess, formatReason } from './wait-reason.ts'

const machine = { devices: toDevices(24, 80), running: [], cpus: 16, memoryBytes: 64 * gibibyte }
const excess = (resources: JobResources) => describeExcess(toDemand(resources), machine)

it('what a machine does not have is named beside what it has', () => {
  assert.equal(excess({ gpus: 3 }), 'asks for 3 GPUs, and this machine has 2')
  assert.equal(
    excess({ gpuMemoryBytes: 96 * gibibyte }),
    'asks for 96 GiB on one GPU, and the largest GPU here has 80 GiB',
  )
  assert.equal(
    excess({ gpus: 2, gpuMemoryBytes: 40 * gibibyte }),
    'asks for 40 GiB on each of 2 GPUs, and one GPU here can give that',
  )
  assert.equal(excess({ cpus: 17 }), 'asks for 17 CPUs, and this machine has 16')
  assert.equal(excess({ memoryBytes: 65 * gibibyte }), 'asks for 65 GiB of memory, and this machine has 64 GiB')
  assert.equal(
    describeExcess(toDemand({ gpus: 1 }), { ...machine, devices: [] }),
    'asks for one GPU, and no GPU is seen on this machine',
  )
})

it('what a machine has is no excess, down to the last byte', () => {
  assert.equal(excess({ gpus: 2, gpuMemoryBytes: 24 * gibibyte, cpus: 16, memoryBytes: 64 * gibibyte }), undefined)
})

it('a reason ends with the time, and with the day when that is far', () => {
  const now = Date.UTC(2026, 0, 31, 13, 0)
  const reason = 'waits for 24 GiB on one GPU'
  const at = (hours: number) => formatReason({ reason, freeAt: now + hours * 3_600_000 }, now, 'Europe/Berlin')
  assert.equal(at(1 / 3), 'waits for 24 GiB on one GPU; free at about 14:20')
  assert.equal(at(13), 'waits for 24 GiB on one GPU; free at about 1 Feb, 03:00')
  assert.equal(formatReason({ reason }, now), reason)
})
