import {
  closeSync,
  fdatasync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import type { JournalRecord, RecordBody } from '../protocol/kernels.ts'
import { toStorageError } from '../store/storage-error.ts'
import { decodeFrames, encodeFrame } from './journal/frames.ts'
import { listSegments, type Segment, segmentPath } from './journal/segments.ts'

export interface JournalLimits {
  /** A new file is begun when one has as much. */
  readonly segmentBytes: number
  /** The oldest files go when all take more. The one that is written stays, however large. */
  readonly maxBytes: number
}

/** A cell that prints for a night is kept whole up to a gigabyte; what goes is told to whoever reads. */
export const journalLimits: JournalLimits = { segmentBytes: 8 << 20, maxBytes: 1 << 30 }

/**
 * The one writer of a journal.
 *
 * A record that was appended is in the system's hands: it outlives a `kill -9` of every process of ours. That it
 * outlives a loss of power as well takes an fsync, which costs milliseconds on a disk: `sync` is for the ends of
 * executions, and is called once a second while there is output, so that at most that much of it is lost.
 */
export interface JournalWriter extends Disposable {
  /** Of the last record; 0 for none. */
  readonly lastSeq: number
  /**
   * Numbers records and writes them, in one go: all of them or none.
   *
   * @throws STORAGE_FULL or STORAGE_READ_ONLY; then nothing was written, and the same may be tried again
   */
  append(bodies: readonly RecordBody[], at: number): readonly JournalRecord[]
  /** Resolves when all that was appended before is on the disk. */
  sync(): Promise<void>
}

/**
 * Goes on with the journal of a folder, or begins it. What a writer before it left half-written at the end is cut off:
 * nobody was told of it.
 *
 * @throws STORAGE_… when the folder cannot be used
 */
export function openJournalWriter(folder: string, limits: JournalLimits = journalLimits): JournalWriter {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    return writeFrom(folder, limits, listSegments(folder))
  } catch (error) {
    throw toStorageError(error, folder)
  }
}

function writeFrom(folder: string, limits: JournalLimits, found: Segment[]): JournalWriter {
  const closed = found.map(({ path }) => ({ path, sizeBytes: statSync(path).size }))
  const last = found.at(-1)
  const end = last === undefined ? { seq: 0, sizeBytes: 0 } : cutTornEnd(last)
  closed.pop()
  let path = last?.path ?? segmentPath(folder, 1)
  let file = openSync(path, 'a', 0o600)
  let { seq: lastSeq, sizeBytes } = end

  function beginSegment(): void {
    fsyncSync(file)
    closeSync(file)
    closed.push({ path, sizeBytes })
    path = segmentPath(folder, lastSeq + 1)
    file = openSync(path, 'a', 0o600)
    sizeBytes = 0
    dropOldest()
  }

  function dropOldest(): void {
    let total = closed.reduce((sum, each) => sum + each.sizeBytes, 0)
    for (let oldest = closed[0]; oldest !== undefined && total > limits.maxBytes; oldest = closed[0]) {
      unlinkSync(oldest.path)
      total -= oldest.sizeBytes
      closed.shift()
    }
  }

  return {
    get lastSeq() {
      return lastSeq
    },
    append(bodies, at) {
      try {
        if (sizeBytes >= limits.segmentBytes) beginSegment()
        const records = bodies.map((body, index) => ({ ...body, seq: lastSeq + 1 + index, at }))
        const bytes = Buffer.concat(records.map((record) => encodeFrame(Buffer.from(JSON.stringify(record)))))
        writeWhole(file, bytes, sizeBytes)
        sizeBytes += bytes.length
        lastSeq += records.length
        return records
      } catch (error) {
        throw toStorageError(error, path)
      }
    },
    sync: () =>
      new Promise((resolve, reject) => {
        fdatasync(file, (error) => (error === null ? resolve() : reject(toStorageError(error, path))))
      }),
    [Symbol.dispose]() {
      fsyncSync(file)
      closeSync(file)
    },
  }
}

/** What a full disk took of it would stand between records. */
function writeWhole(file: number, bytes: Uint8Array, startBytes: number): void {
  try {
    for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at)
  } catch (error) {
    ftruncateSync(file, startBytes)
    throw error
  }
}

function cutTornEnd({ path, firstSeq }: Segment): { seq: number; sizeBytes: number } {
  const bytes = readFileSync(path)
  const { frames, sizeBytes } = decodeFrames(bytes)
  if (sizeBytes < bytes.length) {
    const file = openSync(path, 'r+')
    try {
      ftruncateSync(file, sizeBytes)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
  }
  return { seq: firstSeq - 1 + frames.length, sizeBytes }
}
