import { importTags, type ImportedPoints, type ImportedRun } from '../protocol/import.ts'
import type { Methods } from '../protocol/methods.ts'
import type { Param, Tag } from '../protocol/runs.ts'
import type { Sql, SqlRow } from '../store/database.ts'
import { findText, getNumber, getText } from '../store/row.ts'
import { insertRun } from './insert-run.ts'
import { checkMetrics, writeMetrics } from './metrics.ts'
import { writeParams } from './params.ts'
import { getActiveRunRow, getExperimentId, getRunRow, selectRunRows, toOwner, toRunRow } from './run-rows.ts'
import { writeTags } from './tags.ts'
import { tagNames } from '../protocol/tag-names.ts'
import type { TrackingParts } from './tracking-parts.ts'
import type { LoggedMetric } from './tracking.ts'

/** Runs that come from elsewhere, with their ids and times. Asked twice, each of these changes nothing the second time. */
export interface RunImports {
  begin(run: ImportedRun): Promise<Methods['import/run']['result']>
  add(batch: Methods['import/batch']['params']): Promise<void>
  end(end: Methods['import/end-run']['params']): Promise<void>
}

export function createRunImports({ database, changed }: TrackingParts): RunImports {
  async function change(runId: ImportedRun['runId'], work: (sql: Sql, row: SqlRow) => Promise<void>): Promise<void> {
    const experimentId = await database.write(async (sql) => {
      const row = await getActiveRunRow(sql, runId)
      await work(sql, row)
      return getExperimentId(row)
    })
    changed({ kind: 'run', experimentId, runId })
  }

  return {
    async begin(run) {
      const { experimentId, runId } = run
      const result = await database.write((sql) => beginRun(sql, run))
      if (result.state === 'new') changed({ kind: 'run', experimentId, runId })
      return result
    },

    add: ({ runId, points = [], params = [], tags = [] }) =>
      change(runId, async (sql, row) => {
        const owner = toOwner(row)
        const metrics = points.flatMap(toMetrics)
        checkMetrics(metrics)
        await writeParams(sql, owner.runRowId, runId, params)
        await writeTags(sql, 'run', owner.runRowId, tags)
        await writeMetrics(sql, owner, metrics)
      }),

    end: ({ runId, name, status, endTime, fingerprint }) =>
      change(runId, async (sql, row) => {
        const id = getNumber(row, 'id')
        await sql.run(
          'update runs set name = ?, status = ?, end_time = ?, stop_requested = 0 where id = ?',
          name,
          status,
          endTime ?? null,
          id,
        )
        await writeTags(sql, 'run', id, [
          { key: tagNames.runName, value: name },
          { key: importTags.fingerprint, value: fingerprint },
        ])
      }),
  }
}

async function beginRun(sql: Sql, run: ImportedRun): Promise<Methods['import/run']['result']> {
  const { runId, source, endTime, ...head } = run
  const row = await sql.get(`${selectRunRows} where r.run_id = ?`, runId)
  if (row === undefined) {
    const params: readonly Param[] = []
    const tags: readonly Tag[] = [
      { key: tagNames.runName, value: head.name },
      { key: importTags.source, value: source },
    ]
    await insertRun(sql, { ...head, runId, params, tags, inputs: [] })
    await sql.run('update runs set end_time = ? where run_id = ?', endTime ?? null, runId)
    return { state: 'new', fingerprint: null, artifactUri: toRunRow(await getRunRow(sql, runId)).artifactUri }
  }
  const { lifecycleStage, artifactUri } = toRunRow(row)
  const id = getNumber(row, 'id')
  const isOurs = (await findTag(sql, id, importTags.source)) === source
  const fingerprint = (await findTag(sql, id, importTags.fingerprint)) ?? null
  if (!isOurs) return { state: 'foreign', fingerprint: null, artifactUri }
  return { state: lifecycleStage === 'deleted' ? 'deleted' : 'known', fingerprint, artifactUri }
}

async function findTag(sql: Sql, runRowId: number, key: string): Promise<string | undefined> {
  const row = await sql.get('select value from tags where run = ? and key = ?', runRowId, key)
  return row && findText(row, 'value')
}

function toMetrics({ key, steps, timestamps, values }: ImportedPoints): LoggedMetric[] {
  return steps.map((step, index) => ({
    key,
    step,
    timestamp: timestamps[index] ?? 0,
    value: values[index] ?? Number.NaN,
  }))
}

/** Stores a logged model under the id that it has elsewhere, unless it is there. */
export async function insertLoggedModel(
  sql: Sql,
  { modelId, ...model }: Methods['import/logged-model']['params'],
  experimentRow: SqlRow,
): Promise<Methods['import/logged-model']['result']> {
  const { name, modelType, sourceRunId, creationTime, params, tags } = model
  const artifactUri = `${getText(experimentRow, 'artifact_location').replace(/\/$/, '')}/models/${modelId}/artifacts`
  if ((await sql.get('select id from models where model_id = ?', modelId)) !== undefined) {
    return { state: 'known', artifactUri }
  }
  const added = await sql.get(
    `insert into models (model_id, experiment, name, model_type, source_run_id, status, creation_time, last_update_time)
       values (?, ?, ?, ?, ?, 'LOGGED_MODEL_READY', ?, ?) returning id`,
    modelId,
    getNumber(experimentRow, 'id'),
    name,
    modelType,
    sourceRunId,
    creationTime,
    creationTime,
  )
  const id = getNumber(added ?? {}, 'id')
  for (const { key, value } of params) {
    await sql.run(
      'insert into model_params (model, key, value) values (?, ?, ?) on conflict do nothing',
      id,
      key,
      value,
    )
  }
  await writeTags(sql, 'model', id, tags)
  return { state: 'new', artifactUri }
}
