import { mapConcurrently } from '../../base/map-concurrently.ts'
import { type ErrorCode, RunwrightError } from '../../protocol/errors.ts'
import type { ObjectKey } from '../object-key.ts'
import { throwIfCancelled, type Work } from '../work.ts'
import type { TransferFailure, TransferResult } from '../transfer-result.ts'
import type { TransferObject } from './items.ts'

/** Matters of one object; all else would go wrong with the next one, too. */
const ownMatters: ReadonlySet<ErrorCode> = new Set([
  'RESOURCE_DOES_NOT_EXIST',
  'STORAGE_DAMAGED',
  'INVALID_PARAMETER_VALUE',
])

/** Counts what a transfer has moved, over all of its remotes and kinds of objects. */
export interface Tally {
  readonly result: () => TransferResult
  addPresent(count: number): void
  /** An object that was moved by other means than `move`. */
  addMoved(sizeBytes: number): void
  expect(files: number, bytes: number | undefined): void
  fail(object: TransferObject, error: unknown): void
  /**
   * Moves objects, many at a time. Those that cannot be moved for a reason of their own are noted, and the others go on.
   *
   * @returns the keys of those that were moved
   * @throws what concerns all of them
   */
  move(
    objects: readonly TransferObject[],
    concurrency: number,
    one: (object: TransferObject, onBytes: (count: number) => void) => Promise<void>,
  ): Promise<ReadonlySet<ObjectKey>>
}

export function createTally(phase: 'upload' | 'download', work: Work): Tally {
  let [doneFiles, doneBytes, totalFiles, presentCount] = [0, 0, 0, 0]
  let totalBytes: number | undefined = 0
  const failures: TransferFailure[] = []
  const tell = () => work.progress({ phase, doneFiles, totalFiles, doneBytes, totalBytes })
  const onBytes = (count: number) => {
    doneBytes += count
    tell()
  }
  const fail = ({ key, path }: TransferObject, error: unknown) => {
    if (!(error instanceof RunwrightError) || !ownMatters.has(error.code)) throw error
    failures.push({ key, path, error })
  }
  return {
    result: () => ({ movedCount: doneFiles, movedBytes: doneBytes, presentCount, failures }),
    addPresent: (count) => void (presentCount += count),
    addMoved(sizeBytes) {
      doneFiles++
      onBytes(sizeBytes)
    },
    expect(files, bytes) {
      totalFiles += files
      totalBytes = totalBytes === undefined || bytes === undefined ? undefined : totalBytes + bytes
      tell()
    },
    fail,
    async move(objects, concurrency, one) {
      const moved = new Set<ObjectKey>()
      await mapConcurrently(objects, concurrency, async (object) => {
        throwIfCancelled(work)
        let own = 0
        const count = (bytes: number) => {
          own += bytes
          onBytes(bytes)
        }
        try {
          await one(object, count)
          doneFiles++
          moved.add(object.key)
          tell()
        } catch (error) {
          onBytes(-own)
          fail(object, error)
        }
      })
      return moved
    },
  }
}
