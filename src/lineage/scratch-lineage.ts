import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type RunData, toDatasetInput } from '../protocol/data-versions.ts'
import type { RunId } from '../protocol/ids.ts'
import { defaultExperimentId } from '../protocol/mlflow/id-fields.ts'
import { createRegistry } from '../registry/create-registry.ts'
import { registryMigrations } from '../registry/migrations.ts'
import type { Registry } from '../registry/registry.ts'
import type { Database } from '../store/database.ts'
import { openScratchStore } from '../store/scratch-store.ts'
import { createTracking } from '../tracking/create-tracking.ts'
import { trackingMigrations } from '../tracking/migrations.ts'
import type { Tracking } from '../tracking/tracking.ts'
import { createLineage } from './create-lineage.ts'
import type { Lineage } from './lineage.ts'
import { lineageMigrations } from './migrations.ts'

/** For tests: the feature over a real database in a folder of its own. */
export interface ScratchLineage extends Lineage, AsyncDisposable {
  readonly tracking: Tracking
  readonly registry: Registry
  /** Puts something into the tables themselves. */
  write: Database['write']
  /** A run of that name, with what it read and wrote, in the experiment "Default". */
  addRun(name: string, data?: readonly RunData[]): Promise<RunId>
}

export async function openScratchLineage(): Promise<ScratchLineage> {
  const folder = await mkdtemp(join(tmpdir(), 'runwright-lineage-'))
  // The jobs between them have a number of their own, and no part in this.
  const others = { number: 6, name: 'jobs', statements: { sqlite: [], postgres: [] } }
  const store = await openScratchStore([...trackingMigrations, ...registryMigrations, others, ...lineageMigrations])
  const { database } = store
  let count = 0
  const parts = { database, changed: () => {}, now: () => 1_000_000 + count }
  const tracking = createTracking({
    ...parts,
    randomBytes: (sizeBytes) => {
      const bytes = new Uint8Array(sizeBytes)
      new DataView(bytes.buffer).setUint32(0, (count += 1))
      return bytes
    },
  })
  return {
    ...createLineage({ database, workspace: folder }),
    tracking,
    registry: createRegistry({ ...parts, note: async () => undefined }),
    write: (work) => database.write(work),
    async addRun(name, data = []) {
      const { runId } = await tracking.runs.create({ experimentId: defaultExperimentId, name })
      await tracking.runs.logInputs(runId, { datasets: data.map(toDatasetInput) })
      return runId
    },
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
