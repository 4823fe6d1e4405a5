import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isAlive } from '../../git/is-alive.ts'
import { findWriter } from '../hashing/store-object.ts'
import type { ObjectKey } from '../object-key.ts'

/** Where objects lie that are here in part, of this process and of those that have ended. */
export interface PartFolder {
  /** A file for an object; it has the bytes that came when this was tried before. */
  take(key: ObjectKey): Promise<string>
  /** Whether something of an object is here from before. */
  has(key: ObjectKey): boolean
  /** Leaves a file for whoever tries again. */
  leave(path: string): Promise<void>
  /** Absolute path, for what is written at once by names of `store-object.ts`. */
  readonly folder: string
}

const abandonedMs = 7 * 24 * 3_600_000
/** In place of a process's id: nobody's. */
const nobody = 0

/** @param folder on the same disk as the places of the objects, so that they get there by one move */
export async function openPartFolder(folder: string): Promise<PartFolder> {
  await mkdir(folder, { recursive: true })
  const left = new Map<string, string>()
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    const [, object = '', pid = ''] = /^(.*)\.(\d+)$/.exec(name) ?? []
    const owner = object === '' ? findWriter(name) : Number(pid)
    if (owner === undefined || (owner !== nobody && isAlive(owner))) continue
    const { mtimeMs = 0 } = (await stat(path).catch(() => undefined)) ?? {}
    if (object === '' || Date.now() - mtimeMs > abandonedMs) await rm(path, { force: true })
    else left.set(object, path)
  }
  const nameOf = (key: ObjectKey) => key.replaceAll('/', '-')
  return {
    has: (key) => left.has(nameOf(key)),
    async take(key) {
      const own = join(folder, `${nameOf(key)}.${process.pid}`)
      const other = left.get(nameOf(key))
      left.delete(nameOf(key))
      // Only one of those who find it can move it.
      if (other !== undefined) await rename(other, own).catch(() => undefined)
      return own
    },
    leave: (path) => rename(path, path.replace(/\d+$/, String(nobody))),
    folder,
  }
}
