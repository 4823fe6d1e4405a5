import type { ExperimentId, RunId } from '../../src/protocol/ids.ts'
import type { Database } from '../../src/store/database.ts'
import { getNumber } from '../../src/store/row.ts'
import { loadSeries } from '../../src/tracking/series/load-series.ts'
import { createPoints, slicePoints } from '../../src/tracking/series/points.ts'
import type { Tracking } from '../../src/tracking/tracking.ts'
import { openTestStore } from '../../test/vscode/store.ts'
import { describeFinishedRun } from '../runs/finished-run.ts'
import { type ScaleSizes, shortLength, type Stage } from './stages.ts'

/** Runs that are logged at a time, which share commits. */
const concurrency = 256

async function logRuns(count: number, log: (index: number) => Promise<void>): Promise<void> {
  for (let start = 0; start < count; start += concurrency) {
    const length = Math.min(concurrency, count - start)
    await Promise.all(Array.from({ length }, (_, index) => log(start + index)))
  }
}

/** The runs of a long sweep, of 5 metrics, 6 params and 3 tags each, and an experiment of very many keys. */
export async function fillRuns(folder: string, sizes: ScaleSizes): Promise<void> {
  await using store = await openTestStore(folder)
  const { experimentId } = await store.tracking.experiments.ensure('sweep')
  await logRuns(sizes.runs, (index) => logSweepRun(store.tracking, experimentId, index))
  const wide = await store.tracking.experiments.ensure('wide')
  for (let index = 0; index < sizes.wideRuns; index++) {
    await logWideRun(store.tracking, wide.experimentId, index, sizes)
  }
}

async function logSweepRun({ runs }: Tracking, experimentId: ExperimentId, index: number): Promise<void> {
  const { name, startTime, endTime, params, tags, metrics } = describeFinishedRun(index)
  const { runId } = await runs.create({
    experimentId,
    name,
    startTime,
    params: toPairs(params),
    tags: toPairs(tags),
  })
  const points = toPairs(metrics).map((metric) => ({ ...metric, step: 0, timestamp: endTime }))
  await runs.logBatch(runId, { metrics: points })
  await runs.update(runId, { status: 'FINISHED', endTime })
}

async function logWideRun(
  { runs }: Tracking,
  experimentId: ExperimentId,
  index: number,
  { wideMetrics, wideParams }: ScaleSizes,
): Promise<void> {
  const timestamp = Date.UTC(2026, 0, 1) + index * 60_000
  const params = Array.from({ length: wideParams }, (_, key) => ({
    key: `param_${key}`,
    value: String((index * key) % 97),
  }))
  const { runId } = await runs.create({ experimentId, name: `wide-${index}`, startTime: timestamp, params })
  const metrics = Array.from({ length: wideMetrics }, (_, key) => ({
    key: `layer_${key}/norm`,
    value: Math.sin(index * 31 + key),
    step: 0,
    timestamp,
  }))
  await runs.logBatch(runId, { metrics })
}

function toPairs<Value>(values: Readonly<Record<string, Value>>): { key: string; value: Value }[] {
  return Object.entries(values).map(([key, value]) => ({ key, value }))
}

/** Writes the series of a stage in the form that logging leaves; returns the run of the long one. */
export async function fillPoints(folder: string, { points, longSeries, shortSeries }: Stage): Promise<RunId> {
  await using store = await openTestStore(folder)
  const { experimentId } = await store.tracking.experiments.ensure('curves')
  const add = async (name: string, length: number) => {
    const { runId } = await store.tracking.runs.create({ experimentId, name })
    await fillSeries(store, runId, Math.ceil(length / 512) * 512)
    return runId
  }
  for (let index = 0; index < shortSeries; index++) await add(`short-${points}-${index}`, shortLength)
  return await add(`long-${points}`, longSeries)
}

const partLength = 128 * 512

async function fillSeries(
  { database, tracking }: { database: Database; tracking: Tracking },
  runId: RunId,
  length: number,
): Promise<void> {
  const startTime = Date.UTC(2026, 0, 1)
  const first = { key: 'loss', step: 0, timestamp: startTime, value: 1 }
  await tracking.runs.logBatch(runId, { metrics: [first] })
  const row = await database.read((sql) =>
    sql.get('select s.id from series s join runs r on r.id = s.run where r.run_id = ?', runId),
  )
  const seriesRowId = getNumber(row ?? {}, 'id')
  for (let from = 0; from < length; from += partLength) {
    const points = createPoints(Math.min(partLength, length - from))
    for (let index = 0; index < points.steps.length; index++) {
      const step = 1 + from + index
      points.steps[index] = step
      // A step takes 40 ms, more or less.
      points.timestamps[index] = startTime + step * 40 + ((step * 7919) % 13)
      points.values[index] = valueAt(step)
    }
    await database.write((sql) => loadSeries(sql, seriesRowId, slicePoints(points, 0)))
  }
}

/** A loss that falls, with noise, in the single precision that it is computed in. */
export function valueAt(step: number): number {
  return Math.fround(2 / Math.log10(10 + step) + 0.05 * Math.sin(step * 12.9898) + 0.02 * Math.sin(step * 78.233))
}
