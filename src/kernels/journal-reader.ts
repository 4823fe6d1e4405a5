import { open } from 'node:fs/promises'
import { isRecord } from '../protocol/json.ts'
import type { ExecutionId, JournalRecord } from '../protocol/kernels.ts'
import { decodeFrames } from './journal/frames.ts'
import { listSegments, type Segment } from './journal/segments.ts'

export interface JournalPage {
  readonly records: readonly JournalRecord[]
  /** To be given as `after` next time: the last record that was looked at. */
  readonly next: number
  /** There is more to be read at once. */
  readonly hasMore: boolean
  /** Records after `after` that the journal has not kept. */
  readonly droppedCount: number
}

export interface JournalQuery {
  /** 0 for all that there is. */
  readonly after: number
  readonly executionId?: ExecutionId
  /** Records that match, at least 1. */
  readonly limit: number
}

/** Reads a journal while another process writes it. Nothing is kept open, and nobody who reads slowly holds it up. */
export interface JournalReader {
  read(query: JournalQuery): Promise<JournalPage>
}

/** A page ends when so many bytes of the journal were read for it. */
const pageBytes = 4 << 20
const chunkBytes = 1 << 20

/** Where readers will go on, as a rule: one that follows reads each byte once. */
const keptPlaces = 64

interface Place {
  readonly path: string
  readonly offset: number
}

export function createJournalReader(folder: string): JournalReader {
  /** Where the record after a number begins. */
  const places = new Map<number, Place>()

  function keepPlace(seq: number, place: Place | undefined): void {
    if (place === undefined) return
    places.delete(seq)
    places.set(seq, place)
    const [oldest] = places.keys()
    if (places.size > keptPlaces && oldest !== undefined) places.delete(oldest)
  }

  function placeIn({ path }: Segment, after: number): Place {
    const known = places.get(after)
    return known?.path === path ? known : { path, offset: 0 }
  }

  return {
    async read({ after, executionId, limit }) {
      const segments = listSegments(folder)
      const records: JournalRecord[] = []
      let [next, droppedCount, sizeBytes] = [after, 0, 0]
      let place: Place | undefined
      const page = (hasMore: boolean): JournalPage => {
        keepPlace(next, place)
        return { records, next, hasMore, droppedCount }
      }
      for (const [index, segment] of segments.entries()) {
        if ((segments[index + 1]?.firstSeq ?? Infinity) <= next + 1) continue
        const missing = Math.max(0, segment.firstSeq - 1 - next)
        droppedCount += missing
        next += missing
        place = placeIn(segment, next)
        for await (const chunk of readChunks(place)) {
          for (const { record, end } of chunk) {
            const isNew = record.seq > next
            if (isNew && (records.length === limit || sizeBytes > pageBytes)) return page(true)
            if (isNew) sizeBytes += end - place.offset
            place = { path: segment.path, offset: end }
            if (!isNew) continue
            next = record.seq
            if (executionId === undefined || ofExecution(record) === executionId) records.push(record)
          }
        }
      }
      return page(false)
    },
  }
}

export function ofExecution(record: JournalRecord): ExecutionId | undefined {
  return 'executionId' in record ? record.executionId : undefined
}

type PlacedRecord = { readonly record: JournalRecord; readonly end: number }

/** Whole records from a place on, to where the file ends now. */
async function* readChunks({ path, offset }: Place): AsyncGenerator<readonly PlacedRecord[]> {
  const opened = await open(path, 'r').catch(unlessMissing)
  // It was the oldest one, and has just been dropped.
  if (opened === undefined) return
  await using file = opened
  const { size: sizeBytesNow } = await file.stat()
  for (let [at, wanted] = [offset, chunkBytes]; ;) {
    // Who follows a journal reads some hundred bytes at a time.
    const length = Math.min(wanted, sizeBytesNow - at)
    if (length <= 0) return
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(length), 0, length, at)
    const { frames, sizeBytes, nextFrameBytes } = decodeFrames(buffer.subarray(0, bytesRead))
    const start = at
    if (frames.length > 0) yield frames.map(({ body, end }) => ({ record: parseRecord(body), end: start + end }))
    else if ((nextFrameBytes ?? 0) <= wanted) return
    if (bytesRead < wanted) return
    at += sizeBytes
    wanted = Math.max(chunkBytes, nextFrameBytes ?? 0)
  }
}

function unlessMissing(error: unknown): undefined {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
}

function parseRecord(body: Uint8Array): JournalRecord {
  const record: unknown = JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.length).toString())
  if (!isRecord(record)) throw new Error('A journal has a record that is none.')
  // SAFETY: our own writer wrote it, and its checksum held.
  return record as unknown as JournalRecord
}
