import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { computeMigrations } from '../compute/migrations.ts'
import { dataFiles } from '../protocol/data-folder.ts'
import type { RunId } from '../protocol/ids.ts'
import { defaultExperimentId } from '../protocol/mlflow/id-fields.ts'
import { createRegistry } from '../registry/create-registry.ts'
import { registryMigrations } from '../registry/migrations.ts'
import type { Registry } from '../registry/registry.ts'
import type { Database, Migration } from '../store/database.ts'
import { openPostgres } from '../store/postgres.ts'
import { openScratchSchema } from '../store/scratch-postgres.ts'
import { scratchServerVariable } from '../store/scratch-store.ts'
import { openSqlite } from '../store/sqlite.ts'
import type { ArtifactStore } from '../tracking/artifact-store.ts'
import { type Artifacts, createArtifacts } from '../tracking/artifacts.ts'
import { createFolderArtifactStore } from '../tracking/folder-artifact-store.ts'
import { createTracking } from '../tracking/create-tracking.ts'
import { trackingMigrations } from '../tracking/migrations.ts'
import type { Tracking } from '../tracking/tracking.ts'

export const scratchMigrations: readonly Migration[] = [
  ...trackingMigrations,
  ...registryMigrations,
  ...computeMigrations,
]

/** For tests: a data folder with all that an engine keeps in it, and a clock to move. */
export interface ScratchStore extends AsyncDisposable {
  readonly dataFolder: string
  /** Where the environment names a server. */
  readonly storeUrl: string | undefined
  readonly database: Database
  readonly tracking: Tracking
  readonly registry: Registry
  readonly artifacts: Artifacts
  readonly artifactStore: ArtifactStore
  readonly clock: { now: number }
  /** A run of the experiment "Default" with so many points of `loss`, and an artifact `model/MLmodel`. */
  addRun(pointCount?: number): Promise<RunId>
  /** Closes the database, so that all is in its file. */
  close(): Promise<void>
}

export async function openScratchStore(): Promise<ScratchStore> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'runwright-care-'))
  const server = process.env[scratchServerVariable]
  const schema = server === undefined ? undefined : await openScratchSchema(server)
  const migrations = scratchMigrations
  const database =
    schema === undefined
      ? await openSqlite({ path: join(dataFolder, dataFiles.store), migrations })
      : await openPostgres({ url: schema.url, migrations, maxReaders: 2 })
  const clock = { now: 1_000_000_000_000 }
  let count = 0
  const parts = { database, changed: () => {}, now: () => clock.now }
  const randomBytes = (sizeBytes: number) => new Uint8Array(sizeBytes).fill((count += 1))
  const tracking = createTracking({ ...parts, randomBytes })
  const artifactStore = createFolderArtifactStore(join(dataFolder, dataFiles.artifacts))
  const artifacts = createArtifacts({ store: artifactStore, changed: () => {} })
  return {
    dataFolder,
    storeUrl: schema?.url,
    database,
    tracking,
    registry: createRegistry({ ...parts, note: () => Promise.resolve() }),
    artifacts,
    artifactStore,
    clock,
    async addRun(pointCount = 3) {
      const { runId } = await tracking.runs.create({
        experimentId: defaultExperimentId,
        params: [{ key: 'lr', value: '0.1' }],
      })
      for (let step = 0; step < pointCount; step += 1000) {
        const metrics = Array.from({ length: Math.min(1000, pointCount - step) }, (_, index) => ({
          key: 'loss',
          step: step + index,
          timestamp: step + index,
          value: Math.sin(step + index),
        }))
        await tracking.runs.logBatch(runId, { metrics })
      }
      await artifacts.write(`0/${runId}/artifacts/model/MLmodel`, bytesOf('flavors: {}\n'))
      return runId
    },
    async close() {
      await database[Symbol.asyncDispose]()
    },
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]()
      await schema?.[Symbol.asyncDispose]()
      await rm(dataFolder, { recursive: true, force: true })
    },
  }
}

/** A data folder with its artifacts, as it is looked at from outside. */
export function folderOf(dataFolder: string): { readonly dataFolder: string; readonly artifactStore: ArtifactStore } {
  return { dataFolder, artifactStore: createFolderArtifactStore(join(dataFolder, dataFiles.artifacts)) }
}

export async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text)
}
