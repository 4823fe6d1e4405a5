import { createHash } from 'node:crypto'
import { existsSync, lstatSync, readdirSync } from 'node:fs'

/**
 * The folders of the cache at a time when all objects of a folder were seen in them. As long as they look the same, none
 * has gone, and 256 folders are looked at instead of every object.
 */
export interface CacheStamp {
  readonly digest: string
  /** When the last of them changed: a stamp is to be believed only if it was taken later. */
  readonly newestMs: number
}

/** @param objects absolute path of `files/md5` */
export function takeCacheStamp(objects: string): CacheStamp {
  const hash = createHash('sha256')
  let newestMs = 0
  for (const name of existsSync(objects) ? readdirSync(objects).sort() : []) {
    const { mtimeMs, ino } = lstatSync(`${objects}/${name}`)
    newestMs = Math.max(newestMs, mtimeMs)
    hash.update(`${name} ${mtimeMs} ${ino}\n`)
  }
  return { digest: hash.digest('hex'), newestMs }
}

/** @param writtenMs when the stamp was written down, by the clock of the file system */
export function isSameStamp(before: CacheStamp | undefined, writtenMs: number, objects: string): boolean {
  return before !== undefined && before.newestMs < writtenMs && takeCacheStamp(objects).digest === before.digest
}
