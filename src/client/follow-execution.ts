import type { Client } from '../protocol/client.ts'
import { type Execution, hasExecutionEnded, type JournalRecord, type KernelId } from '../protocol/kernels.ts'

/** So long the engine waits for something new before it says that there is none. */
const waitMs = 20_000

export interface FollowOptions {
  /** Of a record that was had already, for one that goes on. */
  readonly after?: number
  readonly signal?: AbortSignal
  /** The journal, which is bounded, does not have so many records any more, of this execution or of others. */
  onDropped?(count: number): void
}

/**
 * All that the journal has of one execution, from its beginning or from a cursor, until it has ended: in order, each
 * record once, whatever becomes of the engine and the connection meanwhile. Whoever is slow reads on later: nothing is
 * pushed. The record of its end may be among those that the journal does not have any more; then it is not given.
 *
 * @throws RESOURCE_DOES_NOT_EXIST when the kernel is shut down, CANCELLED, ENGINE_UNREACHABLE when it is given up
 */
export async function* followExecution(
  client: Pick<Client, 'call'>,
  kernelId: KernelId,
  { executionId, firstSeq, status }: Pick<Execution, 'executionId' | 'firstSeq' | 'status'>,
  { after = firstSeq - 1, signal, onDropped }: FollowOptions = {},
): AsyncGenerator<JournalRecord> {
  const options = signal === undefined ? {} : { signal }
  // Of one that has ended nothing comes any more.
  const isOver = hasExecutionEnded(status)
  for (let next = after; ;) {
    const params = { kernelId, executionId, after: next, waitMs: isOver ? 0 : waitMs }
    const page = await client.call('kernels/read', params, options)
    ;({ next } = page)
    if (page.droppedCount > 0) onDropped?.(page.droppedCount)
    for (const record of page.records) {
      yield record
      if (record.kind === 'ended' && hasExecutionEnded(record.status)) return
    }
    if (isOver && !page.hasMore) return
  }
}
