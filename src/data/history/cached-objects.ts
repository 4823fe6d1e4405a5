import { lstat, readdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { type ObjectKey, parseObjectKey } from '../object-key.ts'
import { throwIfCancelled, type Work } from '../work.ts'

/** Where the cache keeps objects; whatever else lies there is left alone. */
const places = ['files/md5', 'runwright/manifest']

/** The objects of a cache, by name alone. */
export async function* listCachedKeys(cacheFolder: string, work: Pick<Work, 'signal'>): AsyncGenerator<ObjectKey> {
  for (const place of places) {
    for (const first of await readNames(join(cacheFolder, place))) {
      throwIfCancelled(work)
      for (const rest of await readNames(join(cacheFolder, place, first))) {
        const key = parseObjectKey(`${place}/${first}/${rest}`)
        if (key !== undefined) yield key
      }
    }
  }
}

export interface CachedObject {
  readonly sizeBytes: number
  /** When it came into the cache, at the earliest. Milliseconds since 1970-01-01 UTC. */
  readonly changedAt: number
}

/** Undefined where there is none; a link in place of one is none. */
export async function findCachedObject(cacheFolder: string, key: ObjectKey): Promise<CachedObject | undefined> {
  const entry = await lstat(join(cacheFolder, key)).catch((error: NodeJS.ErrnoException) => {
    if (isMissing(error)) return undefined
    throw error
  })
  if (entry?.isFile() !== true) return undefined
  // A file that was moved or linked into the cache kept its time of writing, but not that of its inode's last change.
  return { sizeBytes: entry.size, changedAt: Math.max(entry.mtimeMs, entry.ctimeMs) }
}

/** One that is gone already is no error. */
export async function removeCachedObject(cacheFolder: string, key: ObjectKey): Promise<void> {
  await unlink(join(cacheFolder, key)).catch((error: NodeJS.ErrnoException) => {
    if (!isMissing(error)) throw error
  })
}

function readNames(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (isMissing(error)) return []
    throw error
  })
}

function isMissing({ code }: NodeJS.ErrnoException): boolean {
  return code === 'ENOENT' || code === 'ENOTDIR'
}
