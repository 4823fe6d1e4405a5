import { forEachConcurrently } from '../../base/for-each-concurrently.ts'
import { type ErrorCode, RunwrightError, throwIfCancelled } from '../../protocol/errors.ts'
import type { Work } from '../work.ts'
import type { TransferFailure, TransferResult } from '../transfer-result.ts'
import type { TransferObject } from './items.ts'

/** Matters of one object; all else would go wrong with the next one, too. */
const ownMatters: ReadonlySet<ErrorCode> = new Set([
  'RESOURCE_DOES_NOT_EXIST',
  'STORAGE_DAMAGED',
  'INVALID_PARAMETER_VALUE',
])

const maxFailures = 1000

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
   * @param onFailed told of each that was not moved
   * @throws what concerns all of them
   */
  move(
    objects: Iterable<TransferObject>,
    concurrency: number,
    one: (object: TransferObject, onBytes: (count: number) => void) => Promise<void>,
    onFailed?: (object: TransferObject) => void,
  ): Promise<void>
}

export function createTally(phase: 'upload' | 'download', work: Work): Tally {
  let [doneFiles, doneBytes, totalFiles, presentCount] = [0, 0, 0, 0]
  let totalBytes: number | undefined = 0
  let failedCount = 0
  const failures: TransferFailure[] = []
  const tell = () => work.progress({ phase, doneFiles, totalFiles, doneBytes, totalBytes })
  const onBytes = (count: number) => {
    doneBytes += count
    tell()
  }
  const fail = ({ key, path }: TransferObject, error: unknown) => {
    if (!(error instanceof RunwrightError) || !ownMatters.has(error.code)) throw error
    if (failedCount++ < maxFailures) failures.push({ key, path, error })
  }
  return {
    result: () => ({ movedCount: doneFiles, movedBytes: doneBytes, presentCount, failedCount, failures }),
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
    async move(objects, concurrency, one, onFailed) {
      await forEachConcurrently(objects, concurrency, async (object) => {
        throwIfCancelled(work)
        let own = 0
        const count = (bytes: number) => {
          own += bytes
          onBytes(bytes)
        }
        try {
          await one(object, count)
          doneFiles++
          tell()
        } catch (error) {
          onBytes(-own)
          fail(object, error)
          onFailed?.(object)
        }
      })
    },
  }
}
