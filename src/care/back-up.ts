import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdir, readdir, rename, rm, stat, writeFile, open } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { finished } from 'node:stream/promises'
import type { DataProgress } from '../protocol/data-progress.ts'
import { dataFiles } from '../protocol/data-folder.ts'
import { RunwrightError, throwIfCancelled } from '../protocol/errors.ts'
import { copySqlite } from '../store/copy-sqlite.ts'
import type { Migration } from '../store/database.ts'
import { openLock } from '../store/lock.ts'
import { loadArtifactPlace, writeArtifactPlace } from '../tracking/artifact-place.ts'
import { syncFolder } from '../store/sync-folder.ts'
import { toStorageError } from '../store/storage-error.ts'
import { backupFiles, backupFormat, type BackupNote } from './backup-files.ts'
import { checkStore } from './check-store.ts'
import { copyFile, hashFile } from './copy-file.ts'
import { listFiles } from './list-files.ts'

export interface BackUpOptions {
  /** Holds `store.db` and `artifacts`; an engine may be using it. */
  readonly dataFolder: string
  /** Made; nothing may be there yet. */
  readonly target: string
  readonly migrations: readonly Migration[]
  readonly version: string
  /** Milliseconds since 1970-01-01 UTC. */
  readonly now: number
  readonly signal: AbortSignal
  onProgress(progress: DataProgress): void
}

/**
 * Copies a store to a folder of its own: the database as it is at one moment, then every artifact with its hash. So each
 * artifact that the copy names is there, unless somebody deletes it meanwhile. Artifacts in a bucket stay there, and the
 * copy notes which one it is. The copy is checked as `checkStore` has
 * it. The folder is made beside, and has its name only when all is in it and on the disk.
 *
 * @throws RESOURCE_ALREADY_EXISTS; RESOURCE_CONFLICT while another backup goes to the same place; STORAGE_DAMAGED when
 *   the copy does not fit together, STORAGE_FULL; CANCELLED. Nothing is left then
 */
export async function backUp(options: BackUpOptions): Promise<BackupNote> {
  const { target } = options
  const beside = (ending: string) => join(dirname(target), `.${basename(target)}.${ending}`)
  const [partial, lockPath] = [beside('partial'), beside('lock')]
  await checkFree(target)
  try {
    await mkdir(dirname(target), { recursive: true })
    const note = await holdingLock(lockPath, target, async () => {
      // What one that was killed has left.
      await rm(partial, { recursive: true, force: true })
      try {
        await mkdir(partial, { mode: 0o700 })
        const note = await fill(partial, options)
        await checkFree(target)
        await rename(partial, target)
        return note
      } catch (error) {
        await rm(partial, { recursive: true, force: true })
        throw error
      }
    })
    await syncFolder(dirname(target))
    return note
  } catch (error) {
    throw toStorageError(error, target)
  }
}

async function holdingLock<T>(path: string, target: string, work: () => Promise<T>): Promise<T> {
  using lock = openLock(path)
  if (lock !== undefined) {
    try {
      return await work()
    } finally {
      await rm(path, { force: true }).catch(() => undefined)
    }
  }
  throw new RunwrightError('RESOURCE_CONFLICT', `Another backup to ${target} is under way.`, {
    hint: 'Wait for it, or name another folder.',
  })
}

async function fill(folder: string, options: BackUpOptions): Promise<BackupNote> {
  const { dataFolder, migrations, signal, version, now } = options
  const store = join(folder, backupFiles.store)
  await copyStore(join(dataFolder, dataFiles.store), store)
  const check = await checkStore({ dataFolder: folder, migrations, signal })
  const [finding] = check.findings
  if (finding !== undefined) {
    throw new RunwrightError(
      'STORAGE_DAMAGED',
      `The store of ${dataFolder} is damaged, so it was not backed up: ${finding.problem}.`,
      { hint: '"runwright store check" names all that is wrong. Keep the backups that you have.' },
    )
  }
  const work = { signal, read: () => {} }
  const bucket = await loadArtifactPlace(dataFolder)
  if (bucket !== undefined) await writeArtifactPlace(folder, bucket)
  const copied = await copyArtifacts(folder, options, bucket !== undefined)
  const [storeContent, listContent] = [
    await hashFile(store, work),
    await hashFile(join(folder, backupFiles.list), work),
  ]
  const note: BackupNote = {
    format: backupFormat,
    version,
    createdAt: now,
    storeBytes: storeContent?.sizeBytes ?? 0,
    storeSha256: storeContent?.sha256 ?? '',
    ...copied,
    listSha256: listContent?.sha256 ?? '',
  }
  await writeDurably(join(folder, backupFiles.note), `${JSON.stringify(note, undefined, 2)}\n`)
  await syncFolder(folder)
  return note
}

async function copyStore(from: string, to: string): Promise<void> {
  if ((await stat(from).catch(() => undefined)) === undefined) {
    throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `There is no database ${from}.`)
  }
  await copySqlite(from, to)
  await using file = await open(to, 'r+')
  await file.sync()
}

async function copyArtifacts(folder: string, { dataFolder, signal, onProgress }: BackUpOptions, areElsewhere: boolean) {
  const source = join(dataFolder, dataFiles.artifacts)
  const target = join(folder, backupFiles.artifacts)
  await mkdir(target)
  const list = createWriteStream(join(folder, backupFiles.list), { flags: 'wx', flush: true })
  let [artifactCount, artifactBytes, doneBytes] = [0, 0, 0]
  const tell = () =>
    onProgress({ phase: 'store', doneFiles: artifactCount, totalFiles: undefined, doneBytes, totalBytes: undefined })
  const work = {
    signal,
    read(sizeBytes: number) {
      doneBytes += sizeBytes
      tell()
    },
  }
  for await (const path of areElsewhere ? [] : listFiles(source)) {
    throwIfCancelled(work)
    const content = await copyFile(join(source, ...path), join(target, ...path), work)
    if (content === undefined) continue
    artifactCount += 1
    artifactBytes += content.sizeBytes
    tell()
    const isRoom = list.write(`${JSON.stringify({ path: path.join('/'), ...content })}\n`)
    if (!isRoom) await once(list, 'drain')
  }
  list.end()
  await finished(list)
  await syncFolders(target)
  return { artifactCount, artifactBytes }
}

async function syncFolders(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await syncFolders(join(folder, entry.name))
  }
  await syncFolder(folder)
}

async function checkFree(target: string): Promise<void> {
  if ((await stat(target).catch(() => undefined)) === undefined) return
  throw new RunwrightError('RESOURCE_ALREADY_EXISTS', `Something is at ${target} already.`, {
    hint: 'Name a folder that is not there yet, with the date for example.',
  })
}

async function writeDurably(path: string, content: string): Promise<void> {
  await writeFile(path, content, { flush: true })
}
