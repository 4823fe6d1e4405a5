import { availableParallelism, totalmem } from 'node:os'
import type { Duplex } from 'node:stream'
import { createDeviceSource } from './devices/detect-devices.ts'
import { fakeNvidiaSmi, parseFakeGpus } from './devices/fake-nvidia.ts'
import type { RunningJob } from './devices/machine.ts'
import { createProcessOwners } from './devices/process-owners.ts'
import { openTools } from './devices/run-tool.ts'
import { createLocalPlace } from './local-place.ts'
import { openNamedPlaces } from './named-places.ts'
import type { Place, Places } from './place.ts'
import { createLocalCode } from './targets/local-code.ts'
import { openLocalTarget } from './targets/local.ts'

export interface PlacesParts {
  /** Absolute path. */
  readonly workspace: string
  /** `RUNWRIGHT_FAKE_GPUS`, as `8x24G`, pretends GPUs in place of those of this machine. */
  readonly env: Readonly<Record<string, string | undefined>>
  now(): number
  /** Where the tracking server of this engine listens, once it does. */
  trackingUri(): string
  /** Opens a connection to it. */
  connectTracking(): Duplex
  log(level: 'warning', message: string, error?: unknown): void
}

/**
 * The places where jobs of a workspace can run: this machine, and the targets of `runwright.yaml`. What is wrong with
 * one of those shows where it is asked.
 *
 * @throws INVALID_PARAMETER_VALUE for pretended GPUs that are none
 */
export async function openPlaces(parts: PlacesParts): Promise<Places> {
  return openNamedPlaces(openThisMachine(parts), parts)
}

function openThisMachine({ workspace, env, now }: PlacesParts): Place {
  const pretended = env['RUNWRIGHT_FAKE_GPUS']
  let running = (): readonly RunningJob[] => []
  const listUses = () => running().map(({ gpus, resources }) => ({ gpus, ...pickMemory(resources) }))
  const source =
    pretended === undefined
      ? createDeviceSource(openTools(env), process.platform)
      : createDeviceSource(fakeNvidiaSmi(parseFakeGpus(pretended), listUses), 'linux')
  const target = openLocalTarget({
    workspace,
    env,
    listGpus: async () => (await source.read())?.devices ?? [],
    placeCode: createLocalCode(env),
  })
  const machine = { cpus: availableParallelism(), memoryBytes: totalmem() }
  const follow = (list: typeof running) => void (running = list)
  return createLocalPlace({ target, source, follow, findOwner: createProcessOwners(), ...machine, now })
}

function pickMemory({ gpuMemoryBytes }: RunningJob['resources']) {
  return gpuMemoryBytes === undefined ? {} : { gpuMemoryBytes }
}
