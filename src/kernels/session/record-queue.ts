import { type CellOutput, joinOutputs } from '../../protocol/cell-outputs.ts'
import type { JournalRecord, RecordBody } from '../../protocol/kernels.ts'
import type { JournalWriter } from '../journal-writer.ts'

/** What waits to be written down: in order, with the texts of one stream joined while they wait. */
export interface RecordQueue extends AsyncDisposable {
  add(body: RecordBody): void
  /** Writes what waits. */
  flush(): void
  /** What waits could not be written. */
  readonly isStuck: boolean
}

export interface RecordQueueOptions {
  readonly writer: JournalWriter
  now(): number
  /** Called with what was written, in order. */
  onWritten(records: readonly JournalRecord[]): void
  /** The disk is full, for example. What waits is kept, and tried again each second. */
  onError(error: unknown): void
}

/** Below what anybody sees as a delay, and enough to make thousands of flushed lines a second a few records. */
const joinMs = 16
const retryMs = 1000
const syncMs = 1000
/** Of one record, in characters, where several together are more than a text can hold. */
const largestRecord = 100 << 20
/** A text grows no further than this by what is joined to it, in characters. */
const maxJoined = 256 << 10

export function createRecordQueue({ writer, now, onWritten, onError }: RecordQueueOptions): RecordQueue {
  let waiting: RecordBody[] = []
  let isStuck = false
  let timer: NodeJS.Timeout | undefined
  let syncTimer: NodeJS.Timeout | undefined
  let syncing: Promise<void> = Promise.resolve()

  function flush(): void {
    clearTimeout(timer)
    timer = undefined
    if (waiting.length === 0) return
    try {
      const records = appendAll()
      const hasEnd = waiting.some(({ kind }) => kind === 'ended')
      waiting = []
      isStuck = false
      if (hasEnd) sync()
      else syncTimer ??= setTimeout(sync, syncMs)
      onWritten(records)
    } catch (error) {
      isStuck = true
      timer = setTimeout(flush, retryMs)
      onError(error)
    }
  }

  /** One that no text can hold is left out with a word: it must not keep all others from being written. */
  function appendAll(): readonly JournalRecord[] {
    try {
      return writer.append(waiting, now())
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      waiting = waiting.map((body) =>
        body.kind === 'output' && isTooLarge(body) ? { ...body, output: tooLarge } : body,
      )
      return writer.append(waiting, now())
    }
  }

  function sync(): void {
    clearTimeout(syncTimer)
    syncTimer = undefined
    syncing = Promise.all([syncing, writer.sync().catch(onError)]).then(() => {})
  }

  return {
    add(body) {
      const last = waiting.at(-1)
      const joined = last === undefined ? undefined : joinRecords(last, body)
      if (joined === undefined) waiting.push(body)
      else waiting.splice(-1, 1, joined)
      timer ??= setTimeout(flush, joinMs)
    },
    flush,
    get isStuck() {
      return isStuck
    },
    async [Symbol.asyncDispose]() {
      flush()
      clearTimeout(timer)
      sync()
      await syncing
    },
  }
}

const tooLarge: CellOutput = { kind: 'stream', name: 'stderr', text: 'An output was left out: it is too large.\n' }

function isTooLarge(body: RecordBody): boolean {
  try {
    return JSON.stringify(body).length > largestRecord
  } catch {
    return true
  }
}

function joinRecords(first: RecordBody, second: RecordBody): RecordBody | undefined {
  if (first.kind !== 'output' || second.kind !== 'output' || first.executionId !== second.executionId) return undefined
  if (first.output.kind === 'stream' && first.output.text.length > maxJoined) return undefined
  const output = joinOutputs(first.output, second.output)
  return output === undefined ? undefined : { ...first, output }
}
