import { RunwrightError } from '../../protocol/errors.ts'
import type { ObjectPlace } from '../hashing/store-object.ts'
import { digitsAt, type HashName, md5Of } from '../hashing/hash-digits.ts'
import { numbersPerFile, type TakenFiles } from '../hashing/take-files.ts'
import type { HashPool } from '../hashing/hash-pool.ts'
import { compareCodePoints } from '../relative-path.ts'
import type { IndexReader, IndexRecord } from './file-index.ts'
import { inOrder } from './in-order.ts'
import type { ScannedEntry, ScannedFile } from './scan-folder.ts'

/** A file of the workspace with its hashes. */
export interface FileState extends IndexRecord {
  readonly kind: 'file'
  readonly isExecutable: boolean
  readonly link: string | undefined
  /** Whether the index knew it, so that it was not read. */
  readonly isKnown: boolean
}

export type EntryState = FileState | Exclude<ScannedEntry, ScannedFile>

export interface StateBatch {
  readonly entries: readonly EntryState[]
  /** Whether all files were as the index has them. */
  readonly isKnown: boolean
}

export interface StateOptions {
  /** Absolute path of the folder that the paths are from. */
  readonly folder: string
  readonly entries: Iterable<readonly ScannedEntry[]>
  readonly index: IndexReader
  readonly pool: HashPool
  /** Where files that the index does not know are stored. */
  readonly store: ObjectPlace | undefined
  /** Whether a file that is known need not be read: a hash may be missing, or its object be gone. */
  readonly isEnough: (record: IndexRecord) => boolean
  /** As `TakeRequest` has it. */
  readonly only?: HashName | undefined
  /** Told of a file that has other bytes than the index has, once it is read. */
  readonly onChanged?: (before: IndexRecord, now: ScannedFile) => void
  /** Told of the objects that were made. */
  readonly onObjects?: (taken: TakenFiles) => void
  /** What changed at this time or later is not kept as known; milliseconds since 1970 by the clock of the files. */
  readonly startedMs: number
}

/**
 * The files with their hashes, in order: as the index knows them, or else read anew.
 *
 * @throws what reading a file throws, naming it
 */
export function readStates(options: StateOptions): AsyncGenerator<StateBatch> {
  return inOrder(beginBatches(options))
}

function* beginBatches(options: StateOptions): Generator<StateBatch | Promise<StateBatch>> {
  const { index } = options
  let record = index.next()
  const findRecord = ({ path }: ScannedFile): IndexRecord | undefined => {
    while (record !== undefined && record.path !== path && compareCodePoints(record.path, path) < 0) {
      record = index.next()
    }
    return record?.path === path ? record : undefined
  }
  for (const batch of options.entries) yield readBatch(batch, findRecord, options)
}

/** Whether a file is as the index has it. What changed as the index was written may have changed once more. */
function isSame(record: IndexRecord, entry: ScannedFile, { writtenMs }: IndexReader): boolean {
  const { sizeBytes, mtimeMs, ino } = record
  return sizeBytes === entry.sizeBytes && mtimeMs === entry.mtimeMs && ino === entry.ino && mtimeMs < writtenMs
}

function readBatch(
  batch: readonly ScannedEntry[],
  findRecord: (entry: ScannedFile) => IndexRecord | undefined,
  options: StateOptions,
): StateBatch | Promise<StateBatch> {
  const { index, isEnough, onChanged } = options
  const before = new Map<ScannedFile, IndexRecord>()
  const known = batch.map((entry) => {
    const found = entry.kind === 'file' ? findRecord(entry) : undefined
    if (entry.kind !== 'file' || found === undefined) return undefined
    if (isSame(found, entry, index)) return isEnough(found) ? found : undefined
    before.set(entry, found)
    return undefined
  })
  const unknown = batch.flatMap((entry, at) => (entry.kind === 'file' && known[at] === undefined ? [entry] : []))
  if (unknown.length === 0) return { isKnown: true, entries: batch.map((entry, at) => toState(entry, known[at], true)) }
  const paths = unknown.map(({ path }) => path)
  const sizeBytes = unknown.reduce((sum, each) => sum + each.sizeBytes, 0)
  const { folder, store, pool, only, onObjects, startedMs } = options
  const finish = (taken: TakenFiles): StateBatch => {
    onObjects?.(taken)
    const read = new Map(unknown.map((entry, at) => [entry, toRecord(entry.path, taken, at, startedMs)]))
    for (const [entry, record] of before) {
      const now = read.get(entry)
      if (now === undefined || md5Of(now) !== md5Of(record)) onChanged?.(record, entry)
    }
    const recordOf = (entry: ScannedEntry, at: number) =>
      known[at] ?? (entry.kind === 'file' ? read.get(entry) : undefined)
    const entries = batch.map((entry, at) => toState(entry, recordOf(entry, at), known[at] !== undefined))
    return { isKnown: false, entries }
  }
  const taken = pool.take({ folder, paths, store, only }, sizeBytes)
  return taken instanceof Promise ? taken.then(finish) : finish(taken)
}

function toState(entry: ScannedEntry, record: IndexRecord | undefined, isKnown: boolean): EntryState {
  if (entry.kind !== 'file') return entry
  if (record === undefined) throw new RunwrightError('INTERNAL_ERROR', `${entry.path} was not hashed.`)
  const { path, sizeBytes, mtimeMs, ino, hashes } = record
  const { isExecutable, link } = entry
  return { kind: 'file', path, sizeBytes, mtimeMs, ino, hashes, isExecutable, link, isKnown }
}

function toRecord(path: string, taken: TakenFiles, at: number, startedMs: number): IndexRecord {
  const [sizeBytes = 0, mtimeMs = 0, ino = 0] = taken.numbers.subarray(at * numbersPerFile, at * numbersPerFile + 3)
  return {
    path,
    sizeBytes,
    // It may be changed again within the same tick of the clock, so that it looks the same.
    mtimeMs: mtimeMs < startedMs ? mtimeMs : 0,
    ino,
    ...digitsAt(taken, at),
  }
}
