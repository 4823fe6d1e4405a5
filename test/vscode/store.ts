import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { dataFiles, dataFolderName } from '../../src/protocol/data-folder.ts'
import type { Database } from '../../src/store/database.ts'
import { openSqlite } from '../../src/store/sqlite.ts'
import { createTracking } from '../../src/tracking/create-tracking.ts'
import { trackingMigrations } from '../../src/tracking/migrations.ts'
import type { Tracking } from '../../src/tracking/tracking.ts'

export interface TestStore extends AsyncDisposable {
  readonly database: Database
  readonly tracking: Tracking
}

export function toStorePath(workspace: string): string {
  return join(workspace, dataFolderName, dataFiles.store)
}

/**
 * The store of a workspace that has no engine now, by the use-cases that the engine's routes call: faster than HTTP, and
 * past what MLflow's protocol refuses.
 */
export async function openTestStore(workspace: string): Promise<TestStore> {
  await mkdir(join(workspace, dataFolderName), { recursive: true, mode: 0o700 })
  const database = await openSqlite({ path: toStorePath(workspace), migrations: trackingMigrations })
  const tracking = createTracking({ database, changed: () => undefined, now: Date.now, randomBytes })
  return { database, tracking, [Symbol.asyncDispose]: () => database[Symbol.asyncDispose]() }
}
