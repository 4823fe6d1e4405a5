import type { DeviceSource } from './devices/device.ts'
import { createDeviceLeases } from './devices/device-leases.ts'
import type { RunningJob } from './devices/machine.ts'
import type { FindOwner } from './devices/process-owners.ts'
import type { Place } from './place.ts'
import type { ComputeTarget } from './target.ts'

/** This machine as a place of jobs: its target, and the books of its GPUs, CPUs and memory. */
export function createLocalPlace({
  target,
  follow,
  ...machine
}: {
  readonly target: ComputeTarget
  follow?(running: () => readonly RunningJob[]): void
  readonly source: DeviceSource
  readonly findOwner: FindOwner
  readonly cpus: number
  readonly memoryBytes: number
  now(): number
}): Place {
  const listeners = new Set<() => void>()
  const devices = createDeviceLeases({
    ...machine,
    changed() {
      for (const changed of listeners) changed()
    },
  })
  return {
    target,
    ...(follow === undefined ? {} : { follow }),
    devices,
    leases: {
      plan: (jobs) => devices.plan(jobs),
      watch(changed) {
        listeners.add(changed)
        return { [Symbol.dispose]: () => void listeners.delete(changed) }
      },
    },
  }
}
