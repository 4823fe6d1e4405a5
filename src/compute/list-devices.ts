import type { DeviceList } from '../protocol/devices.ts'
import type { LiveJobs } from './live-jobs.ts'
import type { Place } from './place.ts'
import { toRunning } from './turns.ts'

/** The GPUs that the engine gives out, looked at anew, with the jobs that have them. */
export async function listDevices(
  places: ReadonlyMap<string, Place>,
  live: Pick<LiveJobs, 'ofTarget'>,
): Promise<DeviceList> {
  const lists = [...places].map(async ([name, { leases }]): Promise<DeviceList> => {
    await leases?.refresh?.()
    const running = live.ofTarget(name).flatMap((job) => toRunning(job))
    return leases?.list?.(running) ?? { devices: [], problems: [] }
  })
  const all = await Promise.all(lists)
  const [readAt] = all.flatMap((list) => list.readAt ?? []).toSorted((a, b) => b - a)
  return {
    devices: all.flatMap(({ devices }) => devices),
    problems: all.flatMap(({ problems }) => problems),
    ...(readAt === undefined ? {} : { readAt }),
  }
}
