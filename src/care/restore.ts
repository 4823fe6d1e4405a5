import { lstat, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { dataFiles } from '../protocol/data-folder.ts'
import type { DataProgress } from '../protocol/data-progress.ts'
import { RunwrightError, throwIfCancelled } from '../protocol/errors.ts'
import type { Migration } from '../store/database.ts'
import { openLock } from '../store/lock.ts'
import { openSqliteReader } from '../store/read-sqlite.ts'
import { syncFolder } from '../store/sync-folder.ts'
import { toStorageError } from '../store/storage-error.ts'
import { loadArtifactPlace, writeArtifactPlace } from '../tracking/artifact-place.ts'
import { backupFiles, type BackupNote, readBackupList } from './backup-files.ts'
import { countBackupWork } from './backup-work.ts'
import { copyFile } from './copy-file.ts'
import { finishRestore, planRestore } from './finish-restore.ts'
import { loadBackupNote } from './verify-backup.ts'

export interface RestoreOptions {
  /** Made by `backUp`. */
  readonly backup: string
  /** Must be there; what it holds of a store goes into a folder beside. */
  readonly dataFolder: string
  readonly migrations: readonly Migration[]
  /** Also where there is a store already. */
  readonly isForced: boolean
  /** Milliseconds since 1970-01-01 UTC. */
  readonly now: number
  readonly signal: AbortSignal
  onProgress(progress: DataProgress): void
}

export interface Restored {
  readonly note: BackupNote
  /** The folder that what was there before is in now; null when there was nothing. */
  readonly keptFolder: string | null
}

/**
 * Puts a backup in the place of a store. All of it is copied beside first, and held to the hashes of the backup; then the
 * two are exchanged by renames, which the next restore or engine ends when this one is killed.
 *
 * @throws INVALID_STATE while an engine has the folder; RESOURCE_ALREADY_EXISTS where there is a store, unless forced;
 *   STORAGE_DAMAGED when a file is not what was backed up; STORAGE_FULL; CANCELLED. The store is then as it was
 */
export async function restore(options: RestoreOptions): Promise<Restored> {
  const { backup, dataFolder, now } = options
  const note = await loadBackupNote(backup)
  try {
    using lock = openLock(join(dataFolder, dataFiles.lock))
    if (lock === undefined) {
      throw new RunwrightError('INVALID_STATE', `An engine uses ${dataFolder}.`, {
        hint: 'Stop it with "runwright engine stop", or end the server, and try again.',
      })
    }
    await finishRestore(dataFolder)
    if (!options.isForced) await checkEmpty(dataFolder)
    const staging = join(dataFolder, dataFiles.restoring)
    try {
      await mkdir(staging, { mode: 0o700 })
      await bring(staging, note, options)
    } catch (error) {
      await rm(staging, { recursive: true, force: true })
      throw error
    }
    const stamp = new Date(now).toISOString().replaceAll(':', '-')
    await planRestore(dataFolder, `replaced-${stamp}`)
    return { note, keptFolder: (await finishRestore(dataFolder)) ?? null }
  } catch (error) {
    throw toStorageError(error, dataFolder)
  }
}

async function checkEmpty(dataFolder: string): Promise<void> {
  for (const name of [dataFiles.store, dataFiles.artifacts]) {
    const path = join(dataFolder, name)
    if ((await lstat(path).catch(() => undefined)) === undefined) continue
    throw new RunwrightError('RESOURCE_ALREADY_EXISTS', `There is a store already: ${path}.`, {
      hint: '--force puts the backup in its place, and keeps what is there in a folder beside.',
    })
  }
}

async function bring(staging: string, note: BackupNote, options: RestoreOptions): Promise<void> {
  const { backup, migrations } = options
  const work = countBackupWork(note, 'checkout', options)
  const copy = async (name: string, to: string, sha256: string) => {
    throwIfCancelled(work)
    const content = await copyFile(join(backup, ...name.split('/')), to, work)
    work.fileDone()
    if (content?.sha256 !== sha256) throw createDamaged(backup, name, content === undefined)
  }
  await copy(backupFiles.list, join(staging, backupFiles.list), note.listSha256)
  await copy(backupFiles.store, join(staging, dataFiles.store), note.storeSha256)
  // Refuses one that a newer version has written.
  await using _reader = await openSqliteReader(join(staging, dataFiles.store), migrations)
  const bucket = await loadArtifactPlace(backup)
  if (bucket !== undefined) await writeArtifactPlace(staging, bucket)
  await mkdir(join(staging, dataFiles.artifacts))
  for await (const { path, sha256 } of readBackupList(join(staging, backupFiles.list))) {
    const to = join(staging, dataFiles.artifacts, ...path.split('/'))
    await copy(`${backupFiles.artifacts}/${path}`, to, sha256)
  }
  await syncFolder(staging)
}

function createDamaged(backup: string, name: string, isMissing: boolean): RunwrightError {
  const problem = isMissing ? 'is missing' : 'is not what was backed up'
  return new RunwrightError('STORAGE_DAMAGED', `${name} of ${backup} ${problem}; nothing was restored.`, {
    hint: 'Take another backup. "runwright store check FOLDER" names all that is wrong with this one.',
  })
}
