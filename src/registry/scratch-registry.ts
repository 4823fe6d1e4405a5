import type { ChangeEvent } from '../protocol/events.ts'
import { defaultExperimentId } from '../protocol/mlflow/id-fields.ts'
import type { LoggedModel } from '../protocol/logged-models.ts'
import type { Run } from '../protocol/runs.ts'
import type { RegistryEvent } from '../protocol/webhooks.ts'
import { openScratchStore } from '../store/scratch-store.ts'
import { createTracking } from '../tracking/create-tracking.ts'
import { trackingMigrations } from '../tracking/migrations.ts'
import type { Tracking } from '../tracking/tracking.ts'
import { createRegistry } from './create-registry.ts'
import { registryMigrations } from './migrations.ts'
import type { Registry } from './registry.ts'

/** For tests: the feature over a real database of its own, with tracking beside it and a clock to move. */
export interface ScratchRegistry extends Registry, AsyncDisposable {
  readonly tracking: Tracking
  readonly events: ChangeEvent[]
  /** What others would have been told, oldest first. */
  readonly noted: RegistryEvent[]
  readonly clock: { now: number }
  addRun(): Promise<Run>
  addLoggedModel(run: Run): Promise<LoggedModel>
}

export async function openScratchRegistry(): Promise<ScratchRegistry> {
  const store = await openScratchStore([...trackingMigrations, ...registryMigrations])
  const { database } = store
  const events: ChangeEvent[] = []
  const noted: RegistryEvent[] = []
  const clock = { now: 1_000_000 }
  let count = 0
  const now = () => clock.now
  const tracking = createTracking({
    database,
    changed: () => {},
    now,
    randomBytes: (sizeBytes) => new Uint8Array(sizeBytes).fill((count += 1)),
  })
  return {
    ...createRegistry({
      database,
      changed: (event) => events.push(event),
      now,
      note: async (_, event) => void noted.push(event),
    }),
    tracking,
    events,
    noted,
    clock,
    addRun: () => tracking.runs.create({ experimentId: defaultExperimentId }),
    addLoggedModel: ({ runId }) => tracking.models.create({ experimentId: defaultExperimentId, sourceRunId: runId }),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  }
}
