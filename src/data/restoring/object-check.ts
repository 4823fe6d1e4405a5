import { lstatSync } from 'node:fs'
import type { DataCache } from '../cache.ts'
import type { HashPool } from '../hashing/hash-pool.ts'
import { objectPath, type ObjectStat } from '../hashing/store-object.ts'
import { digitsAt, md5Of } from '../hashing/hash-digits.ts'

export type ObjectProblem = 'missing' | 'damaged'

/**
 * Sees that objects are what their names say: by how they look, where that was recorded, and otherwise by hashing them,
 * many at a time.
 */
export interface ObjectCheck {
  /** Asks for an object; a problem is told then or later. */
  expect(md5: string, onProblem: (problem: ObjectProblem) => void): Promise<void>
  /** Once all are looked at. */
  settle(): Promise<void>
  isSound(md5: string): Promise<boolean>
}

interface Asked {
  readonly md5: string
  readonly stat: ObjectStat
  readonly onProblem: (problem: ObjectProblem) => void
}

const batchFiles = 256
const batchBytes = 32 << 20
const maxPending = 8

export function createObjectCheck(cache: DataCache, pool: HashPool): ObjectCheck {
  let batch: Asked[] = []
  let batchSize = 0
  const pending: Promise<void>[] = []

  const hashBatch = async (asked: readonly Asked[], sizeBytes: number): Promise<void> => {
    const paths = asked.map(({ md5 }) => `${md5.slice(0, 2)}/${md5.slice(2)}`)
    const taken = await pool.take({ folder: cache.objects, paths, store: undefined, only: 'md5' }, sizeBytes)
    for (const [at, { md5, stat, onProblem }] of asked.entries()) {
      if (md5Of(digitsAt(taken, at)) === md5) cache.states.record(md5, stat)
      else onProblem('damaged')
    }
  }
  const flush = () => {
    if (batch.length === 0) return
    const hashed = hashBatch(batch, batchSize)
    hashed.catch(() => undefined)
    pending.push(hashed)
    batch = []
    batchSize = 0
  }
  const check: ObjectCheck = {
    async expect(md5, onProblem) {
      const stat = lstatSync(objectPath(cache.objects, md5), { throwIfNoEntry: false })
      if (stat === undefined) {
        onProblem('missing')
        return
      }
      if (cache.states.isKnown(md5, stat)) return
      const { size, mtimeMs, ino } = stat
      batch.push({ md5, stat: { size, mtimeMs, ino }, onProblem })
      batchSize += size
      if (batch.length >= batchFiles || batchSize >= batchBytes) flush()
      if (pending.length > maxPending) await pending.shift()
    },
    async settle() {
      flush()
      for (const hashed of pending.splice(0)) await hashed
    },
    async isSound(md5) {
      let isSound = true
      await check.expect(md5, () => (isSound = false))
      await check.settle()
      return isSound
    },
  }
  return check
}
