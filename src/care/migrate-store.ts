import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { dataFiles } from '../protocol/data-folder.ts'
import type { DataProgress } from '../protocol/data-progress.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { copyToPostgres, type StoreCopy } from '../store/copy-to-postgres.ts'
import type { Migration } from '../store/database.ts'
import type { ArtifactStore } from '../tracking/artifact-store.ts'
import type { S3ArtifactStore } from '../tracking/s3-artifact-store.ts'
import { type ArtifactCopy, copyArtifacts } from './copy-artifacts.ts'

export interface MigrateOptions {
  /** Holds `store.db`; an engine may be using it, and nothing in it is changed. */
  readonly dataFolder: string
  /** Of an empty PostgreSQL database; undefined leaves the database where it is. */
  readonly to: string | undefined
  /** Where artifacts are, and the bucket that they are copied to, if they are. */
  readonly artifactStore: ArtifactStore
  readonly bucket: S3ArtifactStore | undefined
  readonly migrations: readonly Migration[]
  readonly areZerosReplaced: boolean
  readonly signal: AbortSignal
  onProgress(progress: DataProgress): void
}

export interface StoreMigration {
  /** Undefined where it stays. */
  readonly store: StoreCopy | undefined
  /** Undefined where they stay. */
  readonly artifacts: ArtifactCopy | undefined
}

/** A store that nobody has used has the experiment "Default". */
const freshRows = { experiments: 1 }

/**
 * Copies a store to PostgreSQL, its artifacts to a bucket, or both. Artifacts go first; when all rows are on the server
 * and before anybody sees them, artifacts are looked at again, and what has come or changed meanwhile goes, too. So each
 * artifact that a row names is there. Done again after it was cut off, it sends only the artifacts that are not there.
 *
 * @throws what `copyToPostgres` and `copyArtifacts` throw; then the server has no row
 */
export async function migrateStore(options: MigrateOptions): Promise<StoreMigration> {
  const { dataFolder, to, artifactStore, bucket, migrations, areZerosReplaced, signal, onProgress } = options
  const path = join(dataFolder, dataFiles.store)
  if ((await stat(path).catch(() => undefined)) === undefined) {
    throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `There is no database ${path}.`, {
      hint: 'Name the data folder of a server by --data.',
    })
  }
  const send = async () => bucket && (await copyArtifacts(artifactStore, bucket, { signal, onProgress }))
  let artifacts = await send()
  if (to === undefined) return { store: undefined, artifacts }
  const store = await copyToPostgres({
    path,
    url: to,
    migrations,
    freshRows,
    areZerosReplaced,
    signal,
    onProgress: ({ doneRows, totalRows }) =>
      onProgress({
        phase: 'store',
        unit: 'rows',
        doneFiles: doneRows,
        totalFiles: totalRows,
        doneBytes: 0,
        totalBytes: undefined,
      }),
    async beforeCommit() {
      const late = await send()
      if (artifacts !== undefined && late !== undefined) {
        artifacts = { ...late, sentCount: artifacts.sentCount + late.sentCount }
      }
    },
  })
  return { store, artifacts }
}
