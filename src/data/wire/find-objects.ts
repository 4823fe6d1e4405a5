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
const folderCount = 256

/**
 * Which of these objects a place has. A list gives a thousand sizes a request but also what nobody asked for, so the size
 * of the place decides: it is measured by one folder of 256, for hashes fall into all of them alike.
 */
export async function findObjects(
  keys: readonly ObjectKey[],
  questions: ObjectQuestions,
  signal: AbortSignal,
): Promise<ReadonlyMap<ObjectKey, number>> {
  const found = new Map<ObjectKey, number>()
  const data = keys.filter((key) => key.startsWith('files/md5/'))
  const isListed = data.length > fewKeys && (await isListCheaper(data.length, questions, signal))
  const asked = isListed ? keys.filter((key) => !key.startsWith('files/md5/')) : keys
  await mapConcurrently(asked, questions.concurrency, async (key) => {
    const sizeBytes = await questions.ask(key)
    if (sizeBytes !== undefined) found.set(key, sizeBytes)
  })
  if (!isListed) return found
  const wanted = new Set(data)
  const folders = [...new Set(data.map((key) => key.slice(0, 'files/md5/aa/'.length)))]
  await mapConcurrently(folders, questions.concurrency, async (folder) => {
    for await (const { key, sizeBytes } of questions.list(folder, signal))
      if (wanted.has(key)) found.set(key, sizeBytes)
  })
  return found
}

async function isListCheaper(
  keyCount: number,
  { list, pageSize }: ObjectQuestions,
  signal: AbortSignal,
): Promise<boolean> {
  let count = 0
  for await (const _ of list('files/md5/00/', signal)) count++
  return folderCount * Math.max(1, count / pageSize) < keyCount
}
