import type { RunwrightError } from '../protocol/errors.ts'
import type { ObjectKey } from './object-key.ts'

/** An object that could not be moved, while others could. */
export interface TransferFailure {
  readonly key: ObjectKey
  /** Of a file or folder that needs it. */
  readonly path: string
  readonly error: RunwrightError
}

/** What came of moving objects between the cache and remotes. */
export interface TransferResult {
  /** Objects moved. */
  readonly movedCount: number
  readonly movedBytes: number
  /** Objects that were where they belong already. */
  readonly presentCount: number
  /** Objects that could not be moved. */
  readonly failedCount: number
  /** The first of them, a thousand at most: where nothing can be found it may be millions. */
  readonly failures: readonly TransferFailure[]
}
