import type { ChangeEvent } from '../protocol/events.ts'
import type { ExperimentId, RunId } from '../protocol/ids.ts'
import type { Database } from '../store/database.ts'
import { openScratchStore } from '../store/scratch-store.ts'
import { createTracking } from './create-tracking.ts'
import { trackingMigrations } from './migrations.ts'
import type { Batch, Tracking } from './tracking.ts'

/**
 * For tests: the feature over a real database of its own, with a clock that the test moves, and ids that
 * ascend in the order they are made.
 */
export interface ScratchTracking extends Tracking, AsyncDisposable {
  /** What has been told so far, oldest first. */
  readonly events: ChangeEvent[]
  readonly clock: { now: number }
  /** Looks at the tables themselves. */
  read: Database['read']
  /** Puts something into the tables themselves. */
  write: Database['write']
  /** A run with a batch logged to it, in the experiment "Default" unless another is named. */
  addRun(batch?: Batch & { name?: string; startTime?: number; experimentId?: ExperimentId }): Promise<RunId>
}

export async function openScratchTracking(): Promise<ScratchTracking> {
  const store = await openScratchStore(trackingMigrations)
  const { database } = store
  const events: ChangeEvent[] = []
  const clock = { now: 1_000_000 }
  const tracking = createTracking({
    database,
    changed: (event) => events.push(event),
    now: () => clock.now,
    randomBytes: createAscendingBytes(),
  })
  const [defaultExperiment] = await tracking.experiments.list('ALL')
  if (defaultExperiment === undefined) throw new Error('A new database has no experiment "Default".')
  return {
    ...tracking,
    events,
    clock,
    read: (work) => database.read(work),
    write: (work) => database.write(work),
    async addRun({ metrics = [], params = [], tags = [], ...run } = {}) {
      const { runId } = await tracking.runs.create({ experimentId: defaultExperiment.experimentId, ...run })
      await tracking.runs.logBatch(runId, { metrics, params, tags })
      return runId
    },
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  }
}

/** In place of a random source: each call gives a greater number, big-endian. */
function createAscendingBytes(): (sizeBytes: number) => Uint8Array {
  let count = 0
  return (sizeBytes) => {
    const bytes = new Uint8Array(sizeBytes)
    new DataView(bytes.buffer).setUint32(0, (count += 1))
    return bytes
  }
}
