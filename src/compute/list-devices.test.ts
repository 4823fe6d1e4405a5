import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { DeviceList } from '../protocol/devices.ts'
import { createCountedLeases } from './leases.ts'
import { listDevices } from './list-devices.ts'
import { createScratchTarget } from './scratch-target.ts'

const target = createScratchTarget('/nowhere')
const live = { ofTarget: () => [] }
const device = { uuid: 'GPU-0', name: 'H100', users: [], state: 'free' }

/** Books over one GPU that it sees once it has looked. */
function createSeeingLeases(list: DeviceList) {
  let seen: DeviceList = { devices: [], problems: [] }
  return {
    ...createCountedLeases({ cpus: 1, gpus: [] }),
    async refresh() {
      seen = list
    },
    list: () => seen,
  }
}

it('the GPUs of all places are looked at before they are told', async () => {
  const places = new Map([
    ['counted', { target, leases: createCountedLeases({ cpus: 1, gpus: ['GPU-7'] }) }],
    ['elsewhere', { target }],
    ['local', { target, leases: createSeeingLeases({ devices: [device], problems: ['driver'], readAt: 5 }) }],
  ])
  assert.deepEqual(await listDevices(places, live), { devices: [device], problems: ['driver'], readAt: 5 })
})

it('where no place gives out GPUs there are none, and nothing was looked at', async () => {
  assert.deepEqual(await listDevices(new Map([['elsewhere', { target }]]), live), { devices: [], problems: [] })
})
