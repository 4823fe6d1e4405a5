import { rmSync } from 'node:fs'
import { type IndexRecord, openIndexReader, openIndexWriter } from '../workspace/file-index.ts'
import { unknownSha256 } from '../workspace/read-states.ts'
import type { PlannedFile } from './plan.ts'

/** The files of a plan, in the order of their paths; the many of a large one lie in a file. */
export interface PlannedFiles extends Disposable {
  add(file: PlannedFile): void
  /** To be gone through once, when all are there. */
  all(): Iterable<PlannedFile>
}

const inMemory = 512

/** @param path of a file that does not exist yet */
export function createPlannedFiles(path: string): PlannedFiles {
  let few: PlannedFile[] = []
  let writer: ReturnType<typeof openIndexWriter> | undefined
  return {
    add(file) {
      few.push(file)
      if (few.length < inMemory) return
      writer ??= openIndexWriter(path)
      for (const each of few) writer.add(encode(each))
      few = []
    },
    *all() {
      if (writer !== undefined) {
        writer.finish({ version: undefined, cacheStamp: undefined, shape: undefined })
        using reader = openIndexReader(path)
        for (let record = reader.next(); record !== undefined; record = reader.next()) yield decode(record)
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
  if ('hashes' in file) return { ...file, path: `k${file.path}` }
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
  if (record.path.startsWith('k')) return { ...record, path }
  const { mtimeMs, ino, hashes } = record
  const replaces = ino === 0 ? undefined : { mtimeMs, ino }
  return {
    path,
    md5: hashes.slice(0, 32),
    sha256: hashes.slice(32),
    isExecutable: record.path.startsWith('x'),
    replaces,
  }
}
