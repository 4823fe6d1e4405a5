import { RunwrightError } from '../../protocol/errors.ts'
import type { ObjectPlace } from '../hashing/store-object.ts'
import { digitsPerFile, numbersPerFile, type TakenFiles } from '../hashing/take-files.ts'
import type { HashPool } from '../hashing/hash-pool.ts'
import { compareCodePoints } from '../relative-path.ts'
import type { IndexReader, IndexRecord } from './file-index.ts'
import type { ScannedEntry, ScannedFile } from './scan-folder.ts'

/** A file of the workspace with its hashes. */
export interface FileState extends IndexRecord {
  readonly kind: 'file'
  readonly isExecutable: boolean
  readonly link: string | undefined
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
  /** Whether a file that is known need not be read: its object may be gone. Default: always. */
  readonly isEnough?: (record: IndexRecord) => boolean
  /** Told of the objects that were made. */
  readonly onObjects?: (taken: TakenFiles) => void
  /** What changed at this time or later is not kept as known; milliseconds since 1970 by the clock of the files. */
  readonly startedMs: number
}

/** Batches that are under way at a time; enough to keep every thread busy. */
const maxPending = 12

/**
 * The files with their hashes, in order: as the index knows them, or else read anew.
 *
 * @throws what reading a file throws, naming it
 */
export async function* readStates(options: StateOptions): AsyncGenerator<StateBatch> {
  const { index } = options
  const pending: (StateBatch | Promise<StateBatch>)[] = []
  let record = index.next()
  const findKnown = (entry: ScannedFile): IndexRecord | undefined => {
    while (record !== undefined && record.path !== entry.path && compareCodePoints(record.path, entry.path) < 0) {
      record = index.next()
    }
    if (record?.path !== entry.path) return undefined
    const isSame = record.sizeBytes === entry.sizeBytes && record.mtimeMs === entry.mtimeMs && record.ino === entry.ino
    return isSame && record.mtimeMs < index.writtenMs ? record : undefined
  }
  for (const batch of options.entries) {
    const read = readBatch(batch, findKnown, options)
    // Whoever fails is heard when its turn has come.
    if (read instanceof Promise) read.catch(() => undefined)
    pending.push(read)
    if (pending.length < maxPending && read instanceof Promise) continue
    while (pending.length > 0 && (pending.length >= maxPending || !(pending[0] instanceof Promise))) {
      const first = pending.shift()
      if (first !== undefined) yield await first
    }
  }
  for (const rest of pending) yield await rest
}

function readBatch(
  batch: readonly ScannedEntry[],
  findKnown: (entry: ScannedFile) => IndexRecord | undefined,
  options: StateOptions,
): StateBatch | Promise<StateBatch> {
  const known = batch.map((entry) => {
    const found = entry.kind === 'file' ? findKnown(entry) : undefined
    return found !== undefined && options.isEnough?.(found) !== false ? found : undefined
  })
  const unknown = batch.flatMap((entry, at) => (entry.kind === 'file' && known[at] === undefined ? [entry] : []))
  if (unknown.length === 0) return { isKnown: true, entries: batch.map((entry, at) => toState(entry, known[at])) }
  const paths = unknown.map(({ path }) => path)
  const sizeBytes = unknown.reduce((sum, each) => sum + each.sizeBytes, 0)
  const { folder, store, pool, onObjects, startedMs } = options
  const finish = (taken: TakenFiles): StateBatch => {
    onObjects?.(taken)
    const read = new Map(unknown.map((entry, at) => [entry, toRecord(entry.path, taken, at, startedMs)]))
    const recordOf = (entry: ScannedEntry, at: number) =>
      known[at] ?? (entry.kind === 'file' ? read.get(entry) : undefined)
    return { isKnown: false, entries: batch.map((entry, at) => toState(entry, recordOf(entry, at))) }
  }
  const taken = pool.take({ folder, paths, store }, sizeBytes)
  return taken instanceof Promise ? taken.then(finish) : finish(taken)
}

function toState(entry: ScannedEntry, record: IndexRecord | undefined): EntryState {
  if (entry.kind !== 'file') return entry
  if (record === undefined) throw new RunwrightError('INTERNAL_ERROR', `${entry.path} was not hashed.`)
  const { path, sizeBytes, mtimeMs, ino, hashes } = record
  const { isExecutable, link } = entry
  return { kind: 'file', path, sizeBytes, mtimeMs, ino, hashes, isExecutable, link }
}

function toRecord(path: string, { numbers, hashes }: TakenFiles, at: number, startedMs: number): IndexRecord {
  const [sizeBytes = 0, mtimeMs = 0, ino = 0] = numbers.subarray(at * numbersPerFile, at * numbersPerFile + 3)
  return {
    path,
    sizeBytes,
    // It may be changed again within the same tick of the clock, so that it looks the same.
    mtimeMs: mtimeMs < startedMs ? mtimeMs : 0,
    ino,
    hashes: hashes.slice(at * digitsPerFile, (at + 1) * digitsPerFile),
  }
}

export function md5Of({ hashes }: Pick<IndexRecord, 'hashes'>): string {
  return hashes.slice(0, 32)
}

export function sha256Of({ hashes }: Pick<IndexRecord, 'hashes'>): string {
  return hashes.slice(32)
}
