import { RunwrightError } from '../protocol/errors.ts'
import { artifactPaths } from '../protocol/tag-names.ts'
import { locateArtifact } from '../tracking/artifact-path.ts'
import type { Artifacts } from '../tracking/artifacts.ts'
import type { Tracking } from '../tracking/tracking.ts'
import type { LiveJob } from './live-jobs.ts'
import type { ComputeTarget } from './target.ts'

/** What is asked of a target at once. */
const pieceBytes = 1 << 20

export interface JobOutput {
  /** Bytes of the run's log that are in the store. */
  sizeOf(job: LiveJob): Promise<number>
  /**
   * Brings what the present attempt has printed since the last time. Where that was is what the store says: the size of
   * the log, less what earlier attempts had printed. So no byte is lost or doubled, whoever was killed in between.
   *
   * @param isLast makes it durable as well
   * @throws TEMPORARILY_UNAVAILABLE when the target cannot be reached, STORAGE_… when there is no room
   */
  bring(job: LiveJob, target: ComputeTarget, isLast?: boolean): Promise<void>
  /** Resolves when nothing is being written any more, after `closing`. */
  idle(): Promise<unknown>
}

/** Brings the output of attempts into the artifact `logs/output.log` of their run. */
export function createJobOutput({
  artifacts,
  runs,
  closing,
}: {
  readonly artifacts: Pick<Artifacts, 'append'>
  readonly runs: Pick<Tracking['runs'], 'get'>
  /** Nothing is written after it: the next engine may be writing already. */
  readonly closing: AbortSignal
}): JobOutput {
  const writing = new Set<Promise<number>>()

  /** Where each job's log is, and the end of the last reading: a job's output is brought by one at a time. */
  const places = new WeakMap<LiveJob, { path: Promise<string>; done: Promise<void> }>()

  function placeOf(job: LiveJob): { path: Promise<string>; done: Promise<void> } {
    const known = places.get(job)
    if (known !== undefined) return known
    const path = runs
      .get(job.record.runId)
      .then(({ artifactUri }) => locateArtifact(artifactUri, artifactPaths.log).join('/'))
    path.catch(() => places.delete(job))
    const place = { path, done: Promise.resolve() }
    places.set(job, place)
    return place
  }

  async function append(path: string, bytes: Uint8Array, isLast = false): Promise<number> {
    if (closing.aborted) throw new RunwrightError('TEMPORARILY_UNAVAILABLE', 'The engine is stopping.')
    const write = artifacts.append(path, bytes, isLast)
    writing.add(write)
    return await write.finally(() => writing.delete(write))
  }

  async function bringNow(job: LiveJob, target: ComputeTarget, isLast: boolean): Promise<void> {
    const attempt = job.record.state.attempts.at(-1)
    if (attempt?.handle === undefined) return
    const path = await placeOf(job).path
    let sizeBytes = await append(path, new Uint8Array())
    for (;;) {
      const bytes = await readPiece(target, attempt.handle, sizeBytes - attempt.logOffset)
      if (bytes.length === 0) break
      sizeBytes = await append(path, bytes)
    }
    if (isLast) await append(path, new Uint8Array(), true)
  }

  return {
    sizeOf: async (job) => append(await placeOf(job).path, new Uint8Array()),
    bring(job, target, isLast = false) {
      const place = placeOf(job)
      const turn = place.done.then(() => bringNow(job, target, isLast))
      place.done = turn.catch(() => {})
      return turn
    },
    idle: () => Promise.allSettled(writing),
  }
}

/** A target that has forgotten the attempt already has nothing more of it. */
async function readPiece(target: ComputeTarget, handle: string, offset: number): Promise<Uint8Array> {
  try {
    return await target.readLog(handle, offset, pieceBytes)
  } catch (error) {
    if (error instanceof RunwrightError && error.code === 'RESOURCE_DOES_NOT_EXIST') return new Uint8Array()
    throw error
  }
}
