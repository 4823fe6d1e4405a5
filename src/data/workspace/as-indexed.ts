import { createHash } from 'node:crypto'
import type { IndexReader, IndexRecord, IndexSummary } from './file-index.ts'
import type { EntryState } from './read-states.ts'
import type { ScannedEntry } from './scan-folder.ts'

/** What a folder amounts to that is as its index has it. */
export interface IndexedFolder {
  readonly sizeBytes: number
  readonly fileCount: number
  readonly summary: IndexSummary
  /** Whether links, empty folders and files that may be executed are the same ones, too. */
  readonly hasSameShape: boolean
}

/** Undefined as soon as one file is not as the index has it. */
export function compareWithIndex(
  batches: Iterable<readonly ScannedEntry[]>,
  index: IndexReader,
): IndexedFolder | undefined {
  const shape = createShape()
  let sizeBytes = 0
  let fileCount = 0
  for (const batch of batches) {
    for (const entry of batch) {
      shape.add(entry)
      if (entry.kind !== 'file') continue
      const record = index.next()
      if (record === undefined || !isSame(record, entry, index.writtenMs)) return undefined
      sizeBytes += entry.sizeBytes
      fileCount++
    }
  }
  if (index.next() !== undefined) return undefined
  const summary = index.summary()
  return summary && { sizeBytes, fileCount, summary, hasSameShape: summary.shape === shape.digest() }
}

function isSame(record: IndexRecord, entry: ScannedEntry & { readonly kind: 'file' }, writtenMs: number): boolean {
  return (
    record.mtimeMs === entry.mtimeMs &&
    record.ino === entry.ino &&
    record.sizeBytes === entry.sizeBytes &&
    record.mtimeMs < writtenMs &&
    record.path === entry.path
  )
}

/** A hash of what a manifest tells beyond the bytes of files. */
export interface Shape {
  add(entry: ScannedEntry | EntryState): void
  digest(): string
}

export function createShape(): Shape {
  const hash = createHash('sha256')
  return {
    add(entry) {
      if (entry.kind === 'folder') hash.update(`folder ${entry.path}\0`)
      else if (entry.kind === 'link') hash.update(`link ${entry.path}\0${entry.target}\0`)
      else if (entry.link !== undefined) hash.update(`file link ${entry.path}\0${entry.link}\0`)
      else if (entry.isExecutable) hash.update(`executable ${entry.path}\0`)
    },
    digest: () => hash.digest('hex'),
  }
}
