import { createHash } from 'node:crypto'
import { RunwrightError } from '../protocol/errors.ts'
import type { ImportedPoints } from '../protocol/import.ts'
import { parseRunId, type RunId } from '../protocol/ids.ts'
import { hasEnded, type Param, type RunStatus, type Tag } from '../protocol/runs.ts'
import { bringFiles } from './bring-files.ts'
import { type ImportWork, throwIfCancelled } from './import-work.ts'
import { toKey } from './key-names.ts'
import type { SourceRun } from './run-source.ts'

/** Points that are sent at a time: others wait behind the transaction that stores them. */
const batchPoints = 5000

/** Params or tags that are sent at a time. */
const batchEntries = 500

/** Brings one run. @throws when it cannot be begun or ended; what is in the way of single artifacts is noted */
export async function bringRun(kind: string, run: SourceRun, work: ImportWork): Promise<void> {
  const { target } = work
  const runId = toRunId(kind, run)
  const experimentId = await target.ensureExperiment(run.experiment, run.experimentTags)
  const { name, userId, startTime, fingerprint } = run
  const status = settle(run.status)
  const source = `${kind}:${run.key}`
  const head = { runId, experimentId, name, userId, startTime, source, status, endTime: run.endTime ?? startTime }
  const begun = await target.call('import/run', head)
  if (begun.state === 'foreign') {
    throw new RunwrightError('RESOURCE_CONFLICT', `there is another run with the id ${runId}, which is no import of it`)
  }
  if (begun.state === 'deleted') throw new RunwrightError('INVALID_STATE', 'it was deleted here; restore it first')
  const isWhole = begun.fingerprint === fingerprint
  let lastTime = startTime
  if (!isWhole) {
    await bringEntries(runId, run, work)
    lastTime = Math.max(lastTime, await bringPoints(runId, run.points(), work))
  }
  await bringFiles(`run ${name} (${run.key})`, { artifactUri: begun.artifactUri }, run.artifacts(), work)
  if (!isWhole) {
    const endTime = run.endTime ?? lastTime
    await target.call('import/end-run', { runId, name, status, endTime, fingerprint })
  }
  if (begun.state === 'new') work.add({ newRuns: 1 })
  else work.add(isWhole ? { unchangedRuns: 1 } : { changedRuns: 1 })
}

/** An MLflow run keeps its id; other runs get one that follows from where they are. */
export function toRunId(kind: string, { key, experiment }: Pick<SourceRun, 'key' | 'experiment'>): RunId {
  const digest = createHash('sha256').update(`${kind}\0${experiment}\0${key}`).digest('hex').slice(0, 32)
  const runId = (kind === 'mlflow' ? parseRunId(key) : undefined) ?? parseRunId(digest)
  if (runId === undefined) throw new TypeError(`${digest} is no run id.`)
  return runId
}

/** Nobody here will ever end a run that goes on elsewhere. */
function settle(status: RunStatus): RunStatus {
  return hasEnded(status) ? status : 'KILLED'
}

async function bringEntries(runId: RunId, run: SourceRun, { target }: ImportWork): Promise<void> {
  for (const params of cut(clean(run.params))) await target.call('import/batch', { runId, params })
  for (const tags of cut(clean(run.tags))) await target.call('import/batch', { runId, tags })
  if (run.datasets.length > 0) await target.call('runs/log-inputs', { runId, datasets: run.datasets })
}

/** Keys as they may be here; where two become the same, the last counts. */
function clean<Entry extends Param | Tag>(entries: readonly Entry[]): Entry[] {
  return [...new Map(entries.map((entry) => [toKey(entry.key), { ...entry, key: toKey(entry.key) }])).values()]
}

function cut<Entry>(entries: readonly Entry[]): Entry[][] {
  const count = Math.ceil(entries.length / batchEntries)
  return Array.from({ length: count }, (_, index) => entries.slice(index * batchEntries, (index + 1) * batchEntries))
}

/** @returns the time of the latest point, 0 without one; milliseconds since 1970-01-01 UTC */
async function bringPoints(runId: RunId, all: AsyncIterable<ImportedPoints>, work: ImportWork): Promise<number> {
  let lastTime = 0
  let batch: ImportedPoints[] = []
  let count = 0
  const send = async () => {
    throwIfCancelled(work.signal)
    if (count === 0) return
    await work.target.call('import/batch', { runId, points: batch })
    work.add({ points: count })
    batch = []
    count = 0
  }
  try {
    for await (const { key, steps, timestamps, values } of all) {
      lastTime = timestamps.reduce((last, time) => Math.max(last, time), lastTime)
      for (let start = 0; start < steps.length;) {
        const end = Math.min(steps.length, start + batchPoints - count)
        const part = <T>(column: readonly T[]) => column.slice(start, end)
        batch.push({ key: toKey(key), steps: part(steps), timestamps: part(timestamps), values: part(values) })
        count += end - start
        start = end
        if (count === batchPoints) await send()
      }
    }
  } finally {
    // What could be read before the source failed is worth something.
    await send()
  }
  return lastTime
}
