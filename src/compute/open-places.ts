import { availableParallelism, totalmem } from 'node:os'
import { placeLocalCode } from './code/place-local-code.ts'
import { createDeviceSource } from './devices/detect-devices.ts'
import { createProcessOwners } from './devices/process-owners.ts'
import { openTools } from './devices/run-tool.ts'
import { createLocalPlace } from './local-place.ts'
import type { Place } from './place.ts'
import { openLocalTarget } from './targets/local.ts'

/** The places where jobs of a workspace can run, by name. Whoever opens them disposes their targets. */
export function openPlaces({
  workspace,
  env,
  now,
}: {
  /** Absolute path. */
  readonly workspace: string
  readonly env: Readonly<Record<string, string | undefined>>
  now(): number
}): ReadonlyMap<string, Place> {
  const source = createDeviceSource(openTools(env), process.platform)
  const target = openLocalTarget({
    workspace,
    env,
    listGpus: async () => (await source.read())?.devices ?? [],
    placeCode: (attempt, folder) => placeLocalCode(attempt, folder, env),
  })
  const machine = { cpus: availableParallelism(), memoryBytes: totalmem() }
  const local = createLocalPlace({ target, source, findOwner: createProcessOwners(), ...machine, now })
  return new Map([['local', local]])
}
