import { mergeObjects, type TransferObject } from './items.ts'
import { createObjectBuckets, type ObjectBuckets } from './object-buckets.ts'

/**
 * Objects to be moved, in memory that does not grow with their number: many of them lie in a file, by the first byte of
 * their hashes. On a full disk they stay in memory. It can be gone through more than once, each object coming once, with
 * what any of those who named it knows.
 */
export interface ObjectList extends Iterable<TransferObject>, Disposable {
  /** As often as they were added. */
  readonly count: number
  add(object: TransferObject): void
  /** Forgets what only this item needs. */
  drop(item: number): void
  /** Some thousands at a time. Those of one batch lie in few folders, so that a remote can list these. */
  batches(): Iterable<readonly TransferObject[]>
}

/** So many are not worth a file. */
const inMemory = 4096
const batchObjects = 16_384

/** @param path of a file that does not exist yet, and that nobody sees; its folder is there */
export function createObjectList(path: string): ObjectList {
  const dropped = new Set<number>()
  let few: TransferObject[] | undefined = []
  let buckets: ObjectBuckets | undefined
  let count = 0
  const isNeeded = ({ items = [] }: TransferObject) => items.length === 0 || items.some((item) => !dropped.has(item))
  function* batches(): Generator<readonly TransferObject[]> {
    let batch: TransferObject[] = []
    for (const bucket of few === undefined ? (buckets?.all() ?? []) : [few]) {
      for (const object of mergeObjects(bucket, isNeeded)) batch.push(object)
      if (batch.length < batchObjects) continue
      yield batch
      batch = []
    }
    if (batch.length > 0) yield batch
  }
  return {
    get count() {
      return count
    },
    add(object) {
      count++
      few?.push(object)
      if (few === undefined) buckets?.add(object)
      else if (few.length > inMemory) {
        buckets = createObjectBuckets(path)
        for (const each of few) buckets.add(each)
        few = undefined
      }
    },
    drop: (item) => void dropped.add(item),
    batches,
    *[Symbol.iterator]() {
      for (const batch of batches()) yield* batch
    },
    [Symbol.dispose]: () => buckets?.[Symbol.dispose](),
  }
}
