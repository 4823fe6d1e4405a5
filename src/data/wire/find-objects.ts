import { mapConcurrently } from '../../base/map-concurrently.ts'
import type { ObjectKey } from '../object-key.ts'
import type { DataRemote } from '../remote.ts'

/** How one place is asked about objects. */
export interface ObjectQuestions {
  readonly concurrency: number
  /** Size in bytes of one object; undefined when it is not there. */
  ask(key: ObjectKey): Promise<number | undefined>
  readonly list: DataRemote['list']
  /** Objects that one request lists; a folder has 1/256 of all. */
  readonly pageSize: number
}

/** Below it nobody thinks of listing anything. */
const fewKeys = 128

/**
 * Which of these objects a place has. A list gives a thousand sizes a request but also what nobody asked for, so the size
 * of the place decides: it is measured by one of the folders, for hashes fall into all of them alike.
 */
export async function findObjects(
  keys: readonly ObjectKey[],
  { concurrency, ask, list, pageSize }: ObjectQuestions,
  signal: AbortSignal,
): Promise<ReadonlyMap<ObjectKey, number>> {
  const found = new Map<ObjectKey, number>()
  const askAll = (some: readonly ObjectKey[]) =>
    mapConcurrently(some, concurrency, async (key) => {
      const sizeBytes = await ask(key)
      if (sizeBytes !== undefined) found.set(key, sizeBytes)
    })
  const wanted = new Set(keys.filter((key) => key.startsWith('files/md5/')))
  const [first, ...folders] = new Set([...wanted].map((key) => key.slice(0, 'files/md5/aa/'.length)))
  if (wanted.size <= fewKeys || first === undefined) {
    await askAll(keys)
    return found
  }
  const listFolder = async (folder: string): Promise<number> => {
    let count = 0
    for await (const { key, sizeBytes } of list(folder, signal)) {
      count++
      if (wanted.has(key)) found.set(key, sizeBytes)
    }
    return count
  }
  const pages = Math.max(1, (await listFolder(first)) / pageSize)
  const isListed = folders.length * pages < wanted.size
  if (isListed) await mapConcurrently(folders, concurrency, listFolder)
  const isLeft = (key: ObjectKey) => !wanted.has(key) || (!isListed && !key.startsWith(first))
  await askAll(keys.filter(isLeft))
  return found
}
