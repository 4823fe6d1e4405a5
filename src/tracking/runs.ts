import type { RunId } from '../protocol/ids.ts'
import { hasEnded } from '../protocol/runs.ts'
import type { Run, RunStatus, Tag } from '../protocol/runs.ts'
import { tagNames } from '../protocol/tag-names.ts'
import type { Sql, SqlRow } from '../store/database.ts'
import { getNumber } from '../store/row.ts'
import { writeDatasetInputs, writeRunModels } from './inputs.ts'
import { insertRun, prepareRun } from './insert-run.ts'
import { loadRuns, loadWrittenRuns } from './load-runs.ts'
import { type IncomingMetrics, settleRun } from './incoming-metrics.ts'
import { checkMetrics, loadHistory, loadHistoryPage, writeModelMetrics } from './metrics.ts'
import { writeParams } from './params.ts'
import { listRuns } from './run-list.ts'
import { getActiveRunRow, getExperimentId, getRunRow, getStatus, toOwner, toRunRow } from './run-rows.ts'
import { searchRunIds, searchRunRows } from './run-search.ts'
import { loadSparklines } from './sparklines.ts'
import { deleteTag, writeTags } from './tags.ts'
import type { TrackingParts } from './tracking-parts.ts'
import type { Runs } from './tracking.ts'

/** Runs of a search that are in memory at a time: so few are gone before the collector has to move them. */
const writtenAtOnce = 128

export function createRuns(
  { database, changed, now, randomBytes }: TrackingParts,
  incoming: Pick<IncomingMetrics, 'log'>,
): Runs {
  /** One transaction on a run that is not deleted, then the news of it. */
  async function change(runId: RunId, work: (sql: Sql, row: SqlRow) => Promise<void>): Promise<void> {
    const experimentId = await database.write(async (sql) => {
      const row = await getActiveRunRow(sql, runId)
      await work(sql, row)
      return getExperimentId(row)
    })
    changed({ kind: 'run', experimentId, runId })
  }

  async function moveTo(stage: 'active' | 'deleted', runIds: readonly RunId[]): Promise<void> {
    const deletedTime = stage === 'deleted' ? now() : null
    const rows = await database.write(async (sql) => {
      const rows: SqlRow[] = []
      for (const runId of runIds) {
        const row = await getRunRow(sql, runId)
        await sql.run(
          `update runs set deleted_with_experiment = 0, lifecycle_stage = ?,
             deleted_time = case when lifecycle_stage = ? then deleted_time else ? end where id = ?`,
          stage,
          stage,
          deletedTime,
          getNumber(row, 'id'),
        )
        rows.push(row)
      }
      return rows
    })
    for (const row of rows) {
      const { experimentId, runId } = toRunRow(row)
      changed({ kind: 'run', experimentId, runId })
    }
  }

  return {
    async create(given) {
      const prepared = prepareRun(given, { now, randomBytes })
      const { experimentId, runId } = prepared
      const run = await database.write(async (sql) => {
        await insertRun(sql, prepared)
        return loadRun(sql, runId)
      })
      changed({ kind: 'run', experimentId, runId })
      return run
    },

    get: (runId) => database.read((sql) => loadRun(sql, runId)),

    async update(runId, { status, endTime, name }) {
      const row = await database.write(async (sql) => {
        const row = await getActiveRunRow(sql, runId)
        if (status !== undefined) await writeStatus(sql, row, status, now())
        if (endTime !== undefined) await writeEndTime(sql, row, endTime)
        // MLflow takes an empty name for none.
        if (name !== undefined && name !== '')
          await writeTagsAndName(sql, row, [{ key: tagNames.runName, value: name }])
        return toRunRow(await getRunRow(sql, runId))
      })
      changed({ kind: 'run', experimentId: row.experimentId, runId })
      return row
    },

    delete: (runIds) => moveTo('deleted', runIds),
    restore: (runIds) => moveTo('active', runIds),

    async logBatch(runId, { metrics = [], params = [], tags = [] }) {
      checkMetrics(metrics)
      const { result, latest } = await incoming.log(runId, metrics, (store) =>
        database.write(async (sql) => {
          const row = await getActiveRunRow(sql, runId)
          const hasNewParams = await writeParams(sql, getNumber(row, 'id'), runId, params)
          await store(sql, toOwner(row))
          await writeModelMetrics(sql, runId, metrics)
          await writeTagsAndName(sql, row, tags)
          return { experimentId: getExperimentId(row), isRunChanged: hasNewParams || tags.length > 0 }
        }),
      )
      const { experimentId, isRunChanged } = result
      if (isRunChanged) changed({ kind: 'run', experimentId, runId })
      if (latest.length > 0) changed({ kind: 'metrics', experimentId, runId, latest })
    },

    deleteTag: (runId, key) =>
      change(runId, (sql, row) => deleteTag(sql, 'run', getNumber(row, 'id'), key, `run with id ${runId}`)),

    logInputs: (runId, { datasets = [], modelIds = [] }) =>
      change(runId, async (sql, row) => {
        const rowId = getNumber(row, 'id')
        await writeDatasetInputs(sql, { rowId, experimentRowId: getNumber(row, 'experiment') }, datasets)
        const models = modelIds.map((modelId) => ({ modelId, step: 0 }))
        await writeRunModels(sql, rowId, 'input', models)
      }),

    logOutputs: (runId, models) =>
      change(runId, (sql, row) => writeRunModels(sql, getNumber(row, 'id'), 'output', models)),

    search: (experimentIds, query) =>
      database.read(async (sql) => {
        const { rows, ...page } = await searchRunRows(sql, experimentIds, query)
        return { items: await loadRuns(sql, rows), ...page }
      }),

    async searchWritten(experimentIds, query, write) {
      const { ids, ...page } = await database.read((sql) => searchRunIds(sql, experimentIds, query))
      const parts = Array.from({ length: Math.ceil(ids.length / writtenAtOnce) }, (_, index) => {
        const own = ids.slice(index * writtenAtOnce, (index + 1) * writtenAtOnce)
        return () => database.read(async (sql) => (await loadWrittenRuns(sql, own)).map(write))
      })
      return { parts, ...page }
    },

    list: (params) => database.read((sql) => listRuns(sql, params)),

    metricHistory: (runId, key) =>
      database.read(async (sql) => loadHistory(sql, getNumber(await getRunRow(sql, runId), 'id'), key)),

    metricPoints: (runId, key, page) =>
      database.read(async (sql) => loadHistoryPage(sql, getNumber(await getRunRow(sql, runId), 'id'), key, page)),

    sparklines: (runId, points) =>
      database.read(async (sql) => ({
        series: await loadSparklines(sql, getNumber(await getRunRow(sql, runId), 'id'), points),
      })),

    end: (runId, status, tags) =>
      change(runId, async (sql, row) => {
        if (getStatus(row) !== status) {
          await writeStatus(sql, row, status, now())
          await writeEndTime(sql, row, now())
        }
        await writeTagsAndName(sql, row, tags)
      }),

    async requestStop(runId) {
      const { outcome, experimentId } = await database.write(async (sql) => {
        const row = await getRunRow(sql, runId)
        const experimentId = getExperimentId(row)
        if (hasEnded(getStatus(row))) return { outcome: 'already-ended' as const, experimentId }
        const supervisor = await sql.get(
          'select value from tags where run = ? and key = ?',
          getNumber(row, 'id'),
          tagNames.supervisor,
        )
        if (supervisor === undefined) return { outcome: 'unsupervised' as const, experimentId }
        await sql.run('update runs set stop_requested = 1 where id = ?', getNumber(row, 'id'))
        return { outcome: 'requested' as const, experimentId }
      })
      if (outcome === 'requested') changed({ kind: 'stop-requested', experimentId, runId })
      return { outcome }
    },

    isStopRequested: (runId) => database.read(async (sql) => (await getRunRow(sql, runId))['stop_requested'] === 1),

    countActive: () =>
      database.read(async (sql) => {
        const row = await sql.get(
          `select count(*) as count from runs
             where status in ('RUNNING', 'SCHEDULED') and lifecycle_stage = 'active'`,
        )
        return getNumber(row ?? {}, 'count')
      }),
  }
}

async function loadRun(sql: Sql, runId: RunId): Promise<Run> {
  const [run] = await loadRuns(sql, [await getRunRow(sql, runId)])
  if (run === undefined) throw new TypeError('The run is gone within its own transaction.')
  return run
}

async function writeTagsAndName(sql: Sql, row: SqlRow, tags: readonly Tag[]): Promise<void> {
  await writeTags(sql, 'run', getNumber(row, 'id'), tags)
  const name = tags.findLast(({ key }) => key === tagNames.runName)?.value
  if (name !== undefined && name !== '') {
    await sql.run('update runs set name = ? where id = ?', name, getNumber(row, 'id'))
  }
}

/** Sets the status. A run that goes on again has no end and no wish to stop; one that ends has ended now at the latest. */
async function writeStatus(sql: Sql, row: SqlRow, status: RunStatus, time: number): Promise<void> {
  const rowId = getNumber(row, 'id')
  if (hasEnded(status)) {
    const text = 'update runs set status = ?, stop_requested = 0, end_time = coalesce(end_time, ?) where id = ?'
    await sql.run(text, status, time, rowId)
    await settleRun(sql, toOwner(row))
  } else if (status !== getStatus(row)) {
    await sql.run('update runs set status = ?, stop_requested = 0, end_time = null where id = ?', status, rowId)
  }
}

async function writeEndTime(sql: Sql, row: SqlRow, endTime: number): Promise<void> {
  await sql.run('update runs set end_time = ? where id = ?', endTime, getNumber(row, 'id'))
}
