import { RunwrightError } from '../protocol/errors.ts'
import type { ImportProgress, ImportResult } from '../protocol/import-progress.ts'
import { bringLoggedModels, bringRegisteredModels } from './bring-models.ts'
import { bringRun } from './bring-run.ts'
import { bringTraces } from './bring-traces.ts'
import type { ImportTarget } from './import-target.ts'
import { type Counts, type ImportWork, throwIfCancelled } from './import-work.ts'
import type { RunSource } from './run-source.ts'

const maxProblems = 1000

/**
 * Brings all of a source: runs with their points and artifacts one after the other, then models, then traces. What came in an earlier
 * import is not stored twice, and what was cut off goes on; so doing it again is how to go on.
 *
 * @throws CANCELLED, ENGINE_UNREACHABLE, STORAGE_…: what came until then stays
 */
export async function importAll(
  source: RunSource,
  target: ImportTarget,
  { signal, onProgress }: { signal: AbortSignal; onProgress(progress: ImportProgress): void },
): Promise<ImportResult> {
  const counts: Counts = {
    newRuns: 0,
    changedRuns: 0,
    unchangedRuns: 0,
    points: 0,
    artifacts: 0,
    artifactBytes: 0,
    loggedModels: 0,
    modelVersions: 0,
    traces: 0,
  }
  const problems: string[] = []
  let [problemCount, doneRuns] = [0, 0]
  const tell = () => {
    const { points, artifacts, artifactBytes, traces } = counts
    onProgress({ doneRuns, totalRuns: source.runCount, points, artifacts, artifactBytes, traces })
  }
  const work: ImportWork = {
    target,
    signal,
    add(more) {
      // SAFETY: the keys of a partial record of counts are keys of counts.
      for (const [key, count] of Object.entries(more) as [keyof Counts, number][]) counts[key] += count
      tell()
    },
    fail(what, error) {
      throwIfFatal(error)
      problemCount += 1
      if (problems.length < maxProblems)
        problems.push(`${what}: ${error instanceof Error ? error.message : String(error)}`)
    },
  }
  for await (const run of source.runs()) {
    throwIfCancelled(signal)
    try {
      await bringRun(source.kind, run, work)
    } catch (error) {
      work.fail(`run ${run.name} (${run.key})`, error)
    }
    doneRuns += 1
    tell()
  }
  await bringLoggedModels(source, work)
  await bringRegisteredModels(source, work)
  await bringTraces(source, work)
  return { ...counts, problems, problemCount }
}

/** Nothing else would fare better after one of these. */
const fatalCodes = /^(CANCELLED|ENGINE_UNREACHABLE|TEMPORARILY_UNAVAILABLE|VERSION_MISMATCH|STORAGE_\w+)$/

/** @throws what is no problem of one thing alone */
function throwIfFatal(error: unknown): void {
  if (error instanceof RunwrightError) {
    if (fatalCodes.test(error.code)) throw error
    return
  }
  // A file of the source that cannot be read is; a fault of ours is not.
  const isOfSystem = error instanceof Error && 'syscall' in error
  if (!isOfSystem) throw error
}
