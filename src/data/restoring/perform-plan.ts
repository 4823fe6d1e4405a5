import { chmodSync, lstatSync, renameSync, rmdirSync, statSync, symlinkSync, unlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { RunwrightError, throwIfCancelled } from '../../protocol/errors.ts'
import { toStorageError } from '../../store/storage-error.ts'
import { codeOf, temporaryName } from '../hashing/store-object.ts'
import { type FileToMake, makeFolder } from '../hashing/make-files.ts'
import type { IndexRecord } from '../workspace/file-index.ts'
import { unknownSha256 } from '../hashing/hash-digits.ts'
import { inOrder } from '../workspace/in-order.ts'
import { besideFolder, passTick } from '../writing/lock-repository.ts'
import { objectPlace, type Recording } from '../writing/record-path.ts'
import type { OutPlan, PlannedFile, Removal } from './plan.ts'

const batchFiles = 256

/**
 * Does what a plan says. Each file changes in one step, and only if it is as it was when the plan was made.
 *
 * @param folder absolute; the plan's paths are below it
 * @param planned files of the plan, in the order of their paths, and what goes away before they are made
 * @param onRecord told of each file, in the order of their paths, as it is now
 * @throws RESOURCE_CONFLICT, CANCELLED, STORAGE_FULL, STORAGE_READ_ONLY; what was done until then stays, and whole
 */
export async function performPlan(
  recording: Recording,
  folder: string,
  plan: OutPlan,
  { files, removals }: { readonly files: Iterable<PlannedFile>; readonly removals: Iterable<Removal> },
  onRecord: (record: IndexRecord) => void,
): Promise<void> {
  const { work, pool } = recording
  throwIfCancelled(work)
  try {
    removeFiles(folder, removals)
    const totalFiles = plan.added + plan.changed
    const before = pool.doneBytes()
    let doneFiles = 0
    let newestMs = 0
    for await (const { records, made } of inOrder(beginBatches(recording, folder, files))) {
      for (const record of records) {
        onRecord(record)
        newestMs = Math.max(newestMs, record.mtimeMs)
      }
      doneFiles += made
      const doneBytes = pool.doneBytes() - before
      work.progress({ phase: 'checkout', doneFiles, totalFiles, doneBytes, totalBytes: undefined })
    }
    makeLinksAndFolders(recording, folder, plan)
    await passTick(recording.repository, newestMs)
  } catch (error) {
    throw toStorageError(error, folder)
  }
}

interface MadeBatch {
  readonly records: readonly IndexRecord[]
  readonly made: number
}

function* beginBatches(
  recording: Recording,
  folder: string,
  files: Iterable<PlannedFile>,
): Generator<MadeBatch | Promise<MadeBatch>> {
  let batch: PlannedFile[] = []
  for (const file of files) {
    batch.push(file)
    if (batch.length < batchFiles) continue
    throwIfCancelled(recording.work)
    yield makeBatch(recording, folder, batch)
    batch = []
  }
  if (batch.length > 0) yield makeBatch(recording, folder, batch)
}

function makeBatch(
  recording: Recording,
  folder: string,
  batch: readonly PlannedFile[],
): MadeBatch | Promise<MadeBatch> {
  const wanted = batch.filter((file) => 'md5' in file)
  if (wanted.length === 0) return { records: batch.filter((file) => 'hashes' in file), made: 0 }
  // A message to a thread holds plain fields only.
  const files = wanted.map(({ path, md5, isExecutable, replaces }): FileToMake => ({
    path,
    md5,
    isExecutable,
    replaces,
  }))
  const finish = (numbers: Float64Array): MadeBatch => {
    let at = 0
    const records = batch.map((file): IndexRecord => {
      if ('hashes' in file) return file
      const [sizeBytes = 0, mtimeMs = 0, ino = 0] = numbers.subarray(at * 3, ++at * 3)
      return { path: file.path, sizeBytes, mtimeMs, ino, hashes: file.md5 + (file.sha256 ?? unknownSha256) }
    })
    return { records, made: files.length }
  }
  // How large they are is not known here; a thread is started for more than a few.
  const made = recording.pool.make({ folder, files, place: objectPlace(recording) }, 0)
  return made instanceof Promise ? made.then(finish) : finish(made)
}

function removeFiles(folder: string, removals: Iterable<Removal>): void {
  for (const { path, mtimeMs, ino } of removals) {
    const absolute = join(folder, path)
    const seen = lstatSync(absolute, { throwIfNoEntry: false })
    if (seen === undefined) continue
    if (seen.isDirectory()) {
      removeEmptyFolders(folder, absolute)
      continue
    }
    if (seen.ino !== ino || seen.mtimeMs !== mtimeMs) {
      throw new RunwrightError('RESOURCE_CONFLICT', `${absolute} was changed meanwhile, and is left as it is.`, {
        hint: 'Run the command again when no program writes there.',
      })
    }
    unlinkSync(absolute)
    removeEmptyFolders(folder, dirname(absolute))
  }
}

/** From one upwards to the folder itself, which stays. */
function removeEmptyFolders(top: string, folder: string): void {
  for (let place = folder; place.length > top.length; place = dirname(place)) {
    try {
      rmdirSync(place)
    } catch (error) {
      if (['ENOTEMPTY', 'EEXIST', 'ENOENT', 'EBUSY'].includes(codeOf(error))) return
      throw error
    }
  }
}

function makeLinksAndFolders(recording: Recording, folder: string, { links, folders, modes }: OutPlan): void {
  const beside = besideFolder(recording.repository.temporaryFolder)
  const seen = new Set<string>()
  for (const { path, target, replaces } of links) {
    const absolute = join(folder, path)
    makeFolder(folder, dirname(absolute), seen)
    if (!replaces) {
      symlinkSync(target, absolute)
      continue
    }
    const temporary = temporaryName(beside)
    symlinkSync(target, temporary)
    renameSync(temporary, absolute)
  }
  for (const path of folders) makeFolder(folder, join(folder, path), seen)
  for (const { path, isExecutable } of modes) {
    const absolute = join(folder, path)
    const { mode, nlink } = statSync(absolute)
    // The mode of a hard link is the object's.
    if (nlink === 1) chmodSync(absolute, isExecutable ? mode | ((mode & 0o444) >> 2) : mode & ~0o111)
  }
}
