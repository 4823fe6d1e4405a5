import type { ArtifactEntry } from '../protocol/runs.ts'
import type { ArtifactPath } from './artifact-path.ts'

/**
 * A place that keeps the files of runs and models by their paths. `artifacts.ts` stands before it and has checked each
 * path. All of them pass the contract suite of `test/contract` on the real thing.
 */
export interface ArtifactStore {
  /** What people read: a folder, or `s3://BUCKET/PREFIX`. */
  readonly label: string
  /** What a folder holds, in any order; nothing for one that is not there. */
  list(path: ArtifactPath): Promise<readonly ArtifactEntry[]>
  /** One file or folder; undefined where there is none. */
  find(path: ArtifactPath): Promise<ArtifactEntry | undefined>
  /**
   * Opens the bytes `start` … `end` - 1 of a file, by default all. What is read is one version of it, whatever is stored
   * under its path meanwhile.
   *
   * @returns undefined where there is no such file
   */
  open(path: ArtifactPath, range: ByteRange): Promise<OpenBytes | undefined>
  /**
   * Stores a file, in memory that does not grow with it. It is seen only once it is complete and durable; when `body`
   * ends with an error, or the process is killed, nothing of it is.
   *
   * @throws the system's error, or a `RunwrightError`
   */
  write(path: ArtifactPath, body: AsyncIterable<Uint8Array>): Promise<void>
  /**
   * Adds to the end of a file, begun when there is none; durable after `isLast`.
   *
   * @returns the size that it has now, in bytes
   */
  append(path: ArtifactPath, bytes: Uint8Array, isLast: boolean): Promise<number>
  /** Removes a file, or a folder with all in it. @returns false where there is neither */
  remove(path: ArtifactPath): Promise<boolean>
  /** All files below a folder, in any order: nothing for one that is not there, nor what is not complete. */
  walk(path: ArtifactPath): AsyncIterable<StoredFile>
  /** When something in a folder was changed last. Milliseconds since 1970-01-01 UTC; undefined where there is no folder. */
  findLastChange(path: ArtifactPath): Promise<number | undefined>
}

/** In bytes; the default is the whole. An end beyond the file is its end. */
export interface ByteRange {
  readonly start?: number
  readonly end?: number
  /** In place of both: so many at the end of the file. */
  readonly last?: number
}

export interface OpenBytes {
  /** Must be read to its end or cancelled. */
  readonly bytes: ReadableStream<Uint8Array>
  /** Of the whole file, whatever part was asked for. */
  readonly sizeBytes: number
  /** The first byte that comes, and the one after the last; they are the same when none does. */
  readonly start: number
  readonly end: number
}

export interface StoredFile {
  /** From the root of the store. */
  readonly path: ArtifactPath
  readonly sizeBytes: number
  /** When it was stored. Milliseconds since 1970-01-01 UTC. */
  readonly changedTime: number
}
