import { join } from 'node:path'
import { compareCodePoints } from '../relative-path.ts'
import { indexFolder } from '../writing/lock-repository.ts'
import { type IndexRecord, openIndexReader, openOptionalIndexWriter } from './file-index.ts'

/** The index of files that have a `.dvc` file of their own, by their paths from the root. */
export interface SingleFiles {
  /** Undefined unless the file is as it was, by its size, time and inode. */
  find(
    path: string,
    stat: { readonly size: number; readonly mtimeMs: number; readonly ino: number },
  ): IndexRecord | undefined
  /** How a file was the last time, whatever it is now. */
  before(path: string): IndexRecord | undefined
  set(record: IndexRecord): void
  isChanged(): boolean
  /** Writes what was set; on a full disk it is forgotten. */
  save(): void
}

export function openSingleFiles(temporaryFolder: string): SingleFiles {
  const file = join(indexFolder(temporaryFolder), 'files')
  using reader = openIndexReader(file)
  const records = new Map<string, IndexRecord>()
  for (let record = reader.next(); record !== undefined; record = reader.next()) {
    if (record.mtimeMs < reader.writtenMs) records.set(record.path, record)
  }
  let isChanged = false
  return {
    find(path, { size, mtimeMs, ino }) {
      const record = records.get(path)
      return record?.sizeBytes === size && record.mtimeMs === mtimeMs && record.ino === ino ? record : undefined
    },
    before: (path) => records.get(path),
    set(record) {
      records.set(record.path, record)
      isChanged = true
    },
    isChanged: () => isChanged,
    save() {
      if (!isChanged) return
      using writer = openOptionalIndexWriter(file)
      for (const record of [...records.values()].sort((a, b) => compareCodePoints(a.path, b.path))) writer.add(record)
      writer.finish({ version: undefined, cacheStamp: undefined, shape: undefined })
      isChanged = false
    },
  }
}
