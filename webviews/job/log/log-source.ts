import { RunwrightError } from '../../../src/protocol/errors.ts'
import type { JobId } from '../../../src/protocol/jobs.ts'
import type { Caller } from '../../shared/connect-page.ts'
import { blockBytes, createLogBlocks } from './log-blocks.ts'
import { createLineIndex } from './line-index.ts'

/** Of a longer line this much is shown. */
const mostLineBytes = 16 << 10
/** 64 MiB: a log up to there is read once. */
const mostBlocks = 64
/** The first answer is small, so that there is something to see; each takes no more than a frame or two. */
const [firstBytes, nextBytes] = [256 << 10, 1 << 20]

/** A line as it was printed, its escape sequences included. */
export interface LogLine {
  readonly text: string
  /** What is left out at its end, in bytes. */
  readonly cutBytes: number
}

/** A job's output by lines: found once from its beginning to its end, read by offset where it is looked at. */
export interface LogSource {
  readonly lineCount: number
  /** Lines that change no more. */
  readonly endedCount: number
  readonly readBytes: number
  /** As far as is known. */
  readonly sizeBytes: number
  /** All that there is now has been read. */
  readonly isRead: boolean
  /** Why reading has ended early, if it has. */
  readonly error: string | undefined
  /** Reads what has come since. */
  readOn(): void
  /** Undefined until its bytes are there, which are then asked for. */
  line(line: number): LogLine | undefined
  /** Texts of some lines, fetched where they are not in memory. */
  texts(from: number, to: number): Promise<readonly string[]>
}

/** @param changed called when lines were found, or lines that were asked for have come */
export function createLogSource({ call }: Caller, jobId: JobId, changed: () => void): LogSource {
  const index = createLineIndex()
  const blocks = createLogBlocks(mostBlocks)
  const decoder = new TextDecoder()
  const asked = new Map<number, Promise<void>>()
  let sizeBytes = 0
  let [isReading, isWanted] = [false, false]
  let error: string | undefined

  async function read(): Promise<void> {
    while (isWanted) {
      isWanted = false
      for (let isMore = true; isMore;) {
        const maxBytes = index.size === 0 ? firstBytes : nextBytes
        const answer = await call('jobs/log', { jobId, start: index.size, maxBytes })
        sizeBytes = Math.max(answer.sizeBytes, index.size + answer.bytes.length)
        blocks.put(index.size, answer.bytes)
        index.add(answer.bytes)
        isMore = answer.bytes.length > 0
        if (isMore) changed()
      }
    }
  }

  function readOn(): void {
    isWanted = true
    if (isReading) return
    isReading = true
    error = undefined
    read()
      .catch((cause: unknown) => {
        if (!(cause instanceof RunwrightError)) throw cause
        error = cause.message
      })
      .finally(() => {
        isReading = false
        changed()
      })
  }

  /** Fetches the block that begins there; two that want it share one answer. */
  function fetchBlock(start: number): Promise<void> {
    const known = asked.get(start)
    if (known !== undefined) return known
    const fetched = call('jobs/log', { jobId, start, maxBytes: blockBytes })
      .then(({ bytes }) => blocks.put(start, bytes))
      .finally(() => asked.delete(start))
    asked.set(start, fetched)
    return fetched
  }

  async function fetchRange(range: { start: number; end: number }): Promise<Uint8Array> {
    for (let tries = 0; tries < 3; tries++) {
      const bytes = blocks.read(range)
      if (bytes !== undefined) return bytes
      for (const start of blocks.listMissing(range)) await fetchBlock(start)
    }
    return new Uint8Array()
  }

  return {
    get lineCount() {
      return index.count
    },
    get endedCount() {
      return index.endedCount
    },
    get readBytes() {
      return index.size
    },
    get sizeBytes() {
      return sizeBytes
    },
    get isRead() {
      return !isReading
    },
    get error() {
      return error
    },
    readOn,
    line(line) {
      const { start, end } = index.range(line)
      const range = { start, end: Math.min(end, start + mostLineBytes) }
      const bytes = blocks.read(range)
      if (bytes !== undefined) {
        return { text: index.styleBefore(line) + decoder.decode(bytes), cutBytes: end - range.end }
      }
      void Promise.all(blocks.listMissing(range).map(fetchBlock)).then(changed, () => {})
      return undefined
    },
    async texts(from, to) {
      if (to <= from) return []
      const [{ start }, { end }] = [index.range(from), index.range(to - 1)]
      const text = decoder.decode(await fetchRange({ start, end }))
      return text.split('\n').map(cutReturned)
    },
  }
}

/** As the index finds it: what was printed since the last carriage return. */
function cutReturned(line: string): string {
  const trimmed = line.replace(/\r+$/, '')
  return trimmed.slice(trimmed.lastIndexOf('\r') + 1)
}
