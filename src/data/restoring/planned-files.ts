import { rmSync } from 'node:fs'
import { type IndexRecord, openIndexReader, openIndexWriter } from '../workspace/file-index.ts'
import { md5Of, sha256Of, unknownSha256 } from '../hashing/hash-digits.ts'
import type { PlannedFile, Removal } from './plan.ts'

/** The files of a plan, in the order of their paths, and what goes away; the many of a large one lie on the disk. */
export interface PlannedFiles extends Disposable {
  add(file: PlannedFile): void
  /** A file or an empty folder goes away. */
  remove(removal: Removal): void
  /** To be gone through once, when all are there. */
  files(): Iterable<PlannedFile>
  /** Likewise. */
  removals(): Iterable<Removal>
  removedCount(): number
}

/** @param path where nothing is yet, nor at it with an ending */
export function createPlannedFiles(path: string): PlannedFiles {
  const kept = createRecords(`${path}.files`)
  const removed = createRecords(`${path}.removals`)
  let removedCount = 0
  return {
    add: (file) => kept.add(encode(file)),
    remove(removal) {
      removedCount++
      removed.add({ ...removal, sizeBytes: 0, hashes: noHashes })
    },
    *files() {
      for (const record of kept.all()) yield decode(record)
    },
    removals: removed.all,
    removedCount: () => removedCount,
    [Symbol.dispose]() {
      for (const records of [kept, removed]) records[Symbol.dispose]()
    },
  }
}

const inMemory = 512
const noHashes = '0'.repeat(96)

interface Records extends Disposable {
  add(record: IndexRecord): void
  all(): Iterable<IndexRecord>
}

function createRecords(path: string): Records {
  let few: IndexRecord[] = []
  let writer: ReturnType<typeof openIndexWriter> | undefined
  return {
    add(record) {
      few.push(record)
      if (few.length < inMemory) return
      writer ??= openIndexWriter(path)
      for (const each of few) writer.add(each)
      few = []
    },
    *all() {
      if (writer !== undefined) {
        writer.finish({ version: undefined, cacheStamp: undefined, shape: undefined })
        using reader = openIndexReader(path)
        for (let record = reader.next(); record !== undefined; record = reader.next()) yield record
      }
      yield* few
    },
    [Symbol.dispose]() {
      writer?.[Symbol.dispose]()
      rmSync(path, { force: true })
    },
  }
}

/** A letter before the path says what is to be done. */
function encode(file: PlannedFile): IndexRecord {
  if ('hashes' in file) {
    const { path, sizeBytes, mtimeMs, ino, hashes } = file
    return { path: `k${path}`, sizeBytes, mtimeMs, ino, hashes }
  }
  const { path, md5, sha256, isExecutable, replaces } = file
  return {
    path: `${isExecutable ? 'x' : 'c'}${path}`,
    sizeBytes: 0,
    mtimeMs: replaces?.mtimeMs ?? 0,
    ino: replaces?.ino ?? 0,
    hashes: md5 + (sha256 ?? unknownSha256),
  }
}

function decode(record: IndexRecord): PlannedFile {
  const path = record.path.slice(1)
  const { sizeBytes, mtimeMs, ino, hashes } = record
  if (record.path.startsWith('k')) return { path, sizeBytes, mtimeMs, ino, hashes }
  const replaces = ino === 0 ? undefined : { mtimeMs, ino }
  return {
    path,
    md5: md5Of(record),
    sha256: sha256Of(record),
    isExecutable: record.path.startsWith('x'),
    replaces,
  }
}
