import type { Client } from '../../protocol/client.ts'
import type { ComputeDevice } from '../../protocol/devices.ts'
import type { TargetDescription } from '../../protocol/jobs.ts'

/** A target with the GPUs that the engine gives out there. */
export interface ListedTarget {
  readonly target: TargetDescription
  readonly devices: readonly ComputeDevice[]
  readonly problems: readonly string[]
  /** When the GPUs were read, in milliseconds since 1970-01-01 UTC; missing where there are none. */
  readonly readAt?: number
}

/** All targets of an engine; the GPUs of this machine stand with the target that runs jobs on it. */
export async function listTargets(client: Client): Promise<readonly ListedTarget[]> {
  const [{ targets }, { devices, problems, readAt }] = await Promise.all([
    client.call('targets/list', {}),
    client.call('devices/list', {}),
  ])
  return targets.map((target) =>
    target.kind === 'local'
      ? { target, devices, problems, ...(readAt === undefined ? {} : { readAt }) }
      : { target, devices: [], problems: [] },
  )
}
