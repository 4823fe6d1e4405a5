import { RunwrightError } from '../protocol/errors.ts'
import { parseModelId } from '../protocol/ids.ts'
import type { ModelId } from '../protocol/ids.ts'
import { loggedModelStatuses } from '../protocol/logged-models.ts'
import type { LoggedModel, LoggedModelStatus } from '../protocol/logged-models.ts'
import type { Param, Tag } from '../protocol/runs.ts'
import { inKeyOrder } from '../store/dialect.ts'
import type { Sql, SqlRow } from '../store/database.ts'
import { getNumber, getText } from '../store/row.ts'
import { toExperimentId } from './experiment-rows.ts'
import { toPoint } from './metric-value.ts'

type ModelMetric = LoggedModel['metrics'][number]

/** Rows of this select are what `loadModels` reads. */
export const selectModelRows = 'select m.*, e.artifact_location from models m join experiments e on e.id = m.experiment'

/** @throws RESOURCE_DOES_NOT_EXIST, for a deleted model too */
export async function getModelRow(sql: Sql, modelId: string): Promise<SqlRow> {
  const row = await sql.get(`${selectModelRows} where m.model_id = ? and m.lifecycle_stage = 'active'`, modelId)
  if (row !== undefined) return row
  throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `Logged model with ID '${modelId}' not found.`)
}

/** Gives model rows their params, tags and metrics, in a fixed number of statements. */
export async function loadModels(sql: Sql, rows: readonly SqlRow[]): Promise<LoggedModel[]> {
  const logged = new Map<string, { params: Param[]; tags: Tag[]; metrics: ModelMetric[] }>(
    rows.map((row) => [getText(row, 'model_id'), { params: [], tags: [], metrics: [] }]),
  )
  const ids = JSON.stringify([...logged.keys()])
  for (const [table, list] of [
    ['model_params', 'params'],
    ['model_tags', 'tags'],
  ] as const) {
    const found = await sql.all(
      `select m.model_id, t.key, t.value from json_each(?) i cross join models m
         join ${table} t on t.model = m.id where m.model_id = i.value${inKeyOrder(sql.dialect, 't.model, t.key')}`,
      ids,
    )
    for (const row of found) {
      logged.get(getText(row, 'model_id'))?.[list].push({ key: getText(row, 'key'), value: getText(row, 'value') })
    }
  }
  const metrics = await sql.all(
    `select t.* from json_each(?) i cross join model_metrics t where t.model_id = i.value${inKeyOrder(
      sql.dialect,
      't.model_id, t.key, t.run_id, t.dataset_name, t.dataset_digest, t.step, t.timestamp, t.value',
    )}`,
    ids,
  )
  for (const row of metrics) logged.get(getText(row, 'model_id'))?.metrics.push(toModelMetric(row))
  return rows.map((row) => toModel(row, logged.get(getText(row, 'model_id'))))
}

function toModel(
  row: SqlRow,
  logged: Pick<LoggedModel, 'params' | 'tags' | 'metrics'> = { params: [], tags: [], metrics: [] },
): LoggedModel {
  const modelId = toModelId(getText(row, 'model_id'))
  return {
    modelId,
    experimentId: toExperimentId(getNumber(row, 'experiment')),
    name: getText(row, 'name'),
    modelType: getText(row, 'model_type'),
    sourceRunId: getText(row, 'source_run_id'),
    status: toStatus(getText(row, 'status')),
    artifactUri: `${getText(row, 'artifact_location').replace(/\/$/, '')}/models/${modelId}/artifacts`,
    creationTime: getNumber(row, 'creation_time'),
    lastUpdateTime: getNumber(row, 'last_update_time'),
    ...logged,
  }
}

function toModelMetric(row: SqlRow): ModelMetric {
  const datasetName = getText(row, 'dataset_name')
  const datasetDigest = getText(row, 'dataset_digest')
  return {
    key: getText(row, 'key'),
    ...toPoint(row),
    runId: getText(row, 'run_id'),
    ...(datasetName === '' ? {} : { datasetName }),
    ...(datasetDigest === '' ? {} : { datasetDigest }),
  }
}

function toStatus(text: string): LoggedModelStatus {
  const status = loggedModelStatuses.find((known) => known === text)
  if (status === undefined) throw new TypeError(`A model has the status ${text}.`)
  return status
}

export function toModelId(text: string): ModelId {
  const modelId = parseModelId(text)
  if (modelId === undefined) throw new TypeError(`${text} is no model id.`)
  return modelId
}
