import { constants, copyFileSync, chmodSync, lstatSync, readdirSync, readlinkSync, renameSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { toStorageError } from '../../store/storage-error.ts'
import { temporaryName } from '../hashing/store-object.ts'
import type { DataRepository } from '../repository.ts'
import { throwIfCancelled } from '../../protocol/errors.ts'
import type { Work } from '../work.ts'
import { besideFolder } from '../writing/lock-repository.ts'

/**
 * Makes files of their own of all links into the cache, so that the workspace keeps its data whatever becomes of the
 * cache. Each file changes in one step.
 *
 * @param path of a file or folder, from the root of the repository; it may be missing
 * @throws STORAGE_FULL, STORAGE_READ_ONLY, CANCELLED
 */
export function unprotect(repository: DataRepository, path: string, work: Pick<Work, 'signal'>): void {
  const { root, temporaryFolder } = repository
  const beside = besideFolder(temporaryFolder)
  for (const file of listFiles(join(root, path))) {
    throwIfCancelled(work)
    if (!isLink(repository, file)) continue
    try {
      const copy = temporaryName(beside)
      copyFileSync(file, copy, constants.COPYFILE_FICLONE)
      chmodSync(copy, (statSync(copy).mode & 0o111) | (0o666 & ~process.umask()))
      renameSync(copy, file)
    } catch (error) {
      throw toStorageError(error, file)
    }
  }
}

function* listFiles(place: string): Generator<string> {
  const entry = lstatSync(place, { throwIfNoEntry: false })
  if (entry?.isDirectory() !== true) {
    if (entry !== undefined) yield place
    return
  }
  for (const name of readdirSync(place)) yield* listFiles(join(place, name))
}

/** A symbolic link into the cache, or a hard link, which nobody may write to. */
function isLink({ cacheFolder }: DataRepository, file: string): boolean {
  const entry = lstatSync(file)
  if (!entry.isSymbolicLink()) return entry.isFile() && entry.nlink > 1 && (entry.mode & 0o222) === 0
  const inside = relative(cacheFolder, resolve(dirname(file), readlinkSync(file)))
  return !isAbsolute(inside) && !inside.startsWith('..') && statSync(file, { throwIfNoEntry: false })?.isFile() === true
}
