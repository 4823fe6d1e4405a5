import type { Readable } from 'node:stream'
import type { RemoteSettings } from '../object-store/remote-options.ts'
import type { FileSource } from '../object-store/web.ts'
import type { ObjectKey } from './object-key.ts'

/**
 * A place outside this machine's cache that keeps objects by their keys. Each kind is one file in `remotes/`, and passes
 * the contract suite of `test/contract` on the real thing.
 */
export interface DataRemote extends AsyncDisposable {
  /** What people read: the url without passwords and tokens. */
  readonly label: string
  /** Where its objects lie as files of this machine, if they do: then threads can read and write them. */
  readonly local?: LocalObjects
  /** Requests that do it good to have under way at a time. */
  readonly concurrency: number
  /**
   * Which of these objects it has, with their sizes in bytes. It may list a folder instead of asking for each.
   * @throws TEMPORARILY_UNAVAILABLE when it cannot be reached, PERMISSION_DENIED, CANCELLED
   */
  find(keys: readonly ObjectKey[], signal: AbortSignal): Promise<ReadonlyMap<ObjectKey, number>>
  /** All objects whose keys begin so, in no order. */
  list(prefix: string, signal: AbortSignal): AsyncIterable<ListedObject>
  /**
   * The bytes of an object from `start` to its end; an error of the connection ends the stream with that error.
   * @throws RESOURCE_DOES_NOT_EXIST, PERMISSION_DENIED, TEMPORARILY_UNAVAILABLE, CANCELLED
   */
  read(key: ObjectKey, start: number, signal: AbortSignal): Promise<Readable>
  /**
   * Puts an object there. It can be found only once all of it is there. One that is there already may be put again:
   * equal keys mean equal bytes, and a damaged one is mended so.
   *
   * @param source a file; `onBytes` is told of bytes as they are sent, and of negative ones when a part is sent again
   * @throws STORAGE_FULL, PERMISSION_DENIED, TEMPORARILY_UNAVAILABLE, CANCELLED
   */
  write(key: ObjectKey, source: RemoteSource, signal: AbortSignal): Promise<void>
  /** Removes objects; those that are not there are no error. */
  remove(keys: readonly ObjectKey[], signal: AbortSignal): Promise<void>
  /**
   * Removes objects that were seen to be damaged, with whatever makes them so, for the next one who sends them to send
   * all of their bytes. Default: `remove`.
   */
  removeDamaged?(keys: readonly ObjectKey[], signal: AbortSignal): Promise<void>
}

/** Objects that are files of this machine, by their keys. */
export interface LocalObjects {
  /** Absolute path of what the keys are below. */
  readonly folder: string
  /**
   * Makes the folder for what is being written, which is of the same file system.
   * @returns its absolute path
   * @throws TEMPORARILY_UNAVAILABLE where the disk is not mounted; PERMISSION_DENIED, STORAGE_FULL
   */
  openTemporary(): Promise<string>
}

export interface ListedObject {
  readonly key: ObjectKey
  readonly sizeBytes: number
  /**
   * When it came there, at the earliest, by the clock of that place. Milliseconds since 1970-01-01 UTC; undefined where
   * the place does not tell.
   */
  readonly changedAt: number | undefined
}

export type RemoteSource = FileSource

/** A kind of remote: `folder`, `ssh`, `s3`, … */
export interface RemoteKind {
  readonly name: string
  /** Whether it opens urls of this form. */
  accepts(url: string): boolean
  /**
   * Opens without asking the place anything yet.
   *
   * @throws INVALID_PARAMETER_VALUE for a url or options that it does not understand
   */
  open(options: RemoteOptions): Promise<DataRemote>
}

export interface RemoteOptions extends RemoteSettings {
  /** As `.dvc/config` has it; a path without a scheme is a folder, from the folder of the file that names it. */
  readonly url: string
  /** Folder that a relative url is relative to: `.dvc`. */
  readonly folder: string
}
