import { RunwrightError } from '../protocol/errors.ts'
import type { LoggedModel } from '../protocol/logged-models.ts'
import type { Param } from '../protocol/runs.ts'
import type { Sql, SqlRow } from '../store/database.ts'
import { getNumber } from '../store/row.ts'
import { getActiveExperimentRow } from './experiment-rows.ts'
import { getModelRow, loadModels } from './model-rows.ts'
import { searchModels } from './model-search.ts'
import { createRunName } from './run-names.ts'
import { deleteTag, writeTags } from './tags.ts'
import type { TrackingParts } from './tracking-parts.ts'
import type { LoggedModels } from './tracking.ts'

export function createLoggedModels({ database, now, randomBytes }: TrackingParts): LoggedModels {
  /** One transaction on a model that is not deleted; its time of change moves on. */
  async function change(modelId: string, work: (sql: Sql, row: SqlRow) => Promise<void>): Promise<LoggedModel> {
    return database.write(async (sql) => {
      const row = await getModelRow(sql, modelId)
      await work(sql, row)
      await sql.run('update models set last_update_time = ? where id = ?', now(), getNumber(row, 'id'))
      return loadModel(sql, modelId)
    })
  }

  return {
    create: ({ experimentId, name, modelType = '', sourceRunId = '', params = [], tags = [] }) => {
      const modelId = `m-${Buffer.from(randomBytes(16)).toString('hex')}`
      const time = now()
      return database.write(async (sql) => {
        checkName(name)
        const experiment = await getActiveExperimentRow(sql, experimentId)
        await sql.run(
          `insert into models
             (model_id, experiment, name, model_type, source_run_id, creation_time, last_update_time)
             values (?, ?, ?, ?, ?, ?, ?)`,
          modelId,
          getNumber(experiment, 'id'),
          name ?? createRunName(randomBytes),
          modelType,
          sourceRunId,
          time,
          time,
        )
        const rowId = getNumber(await getModelRow(sql, modelId), 'id')
        await writeParams(sql, rowId, params)
        await writeTags(sql, 'model', rowId, tags)
        return loadModel(sql, modelId)
      })
    },

    get: (modelId) => database.read((sql) => loadModel(sql, modelId)),

    finalize: (modelId, status) =>
      change(modelId, async (sql, row) => {
        await sql.run('update models set status = ? where id = ?', status, getNumber(row, 'id'))
      }),

    search: (experimentIds, query) => database.read((sql) => searchModels(sql, experimentIds, query)),

    delete: (modelId) =>
      database.write(async (sql) => {
        const row = await getModelRow(sql, modelId)
        await sql.run(
          `update models set lifecycle_stage = 'deleted', last_update_time = ? where id = ?`,
          now(),
          getNumber(row, 'id'),
        )
      }),

    setTags: (modelId, tags) => change(modelId, (sql, row) => writeTags(sql, 'model', getNumber(row, 'id'), tags)),

    deleteTag: async (modelId, key) => {
      await change(modelId, (sql, row) =>
        deleteTag(sql, 'model', getNumber(row, 'id'), key, `model with id ${modelId}`),
      )
    },

    logParams: async (modelId, params) => {
      await change(modelId, (sql, row) => writeParams(sql, getNumber(row, 'id'), params))
    },
  }
}

async function loadModel(sql: Sql, modelId: string): Promise<LoggedModel> {
  const [model] = await loadModels(sql, [await getModelRow(sql, modelId)])
  if (model === undefined) throw new TypeError('The model is gone within its own transaction.')
  return model
}

/** A key that is there keeps its value, so that a repeated request changes nothing. */
async function writeParams(sql: Sql, modelRowId: number, params: readonly Param[]): Promise<void> {
  for (const { key, value } of params) {
    await sql.run(
      'insert into model_params (model, key, value) values (?, ?, ?) on conflict do nothing',
      modelRowId,
      key,
      value,
    )
  }
}

/** MLflow's rule (mlflow/utils/validation.py): the name becomes part of URIs. */
function checkName(name: string | undefined): void {
  if (name === undefined || /^[^/:.%"']+$/.test(name)) return
  throw new RunwrightError(
    'INVALID_PARAMETER_VALUE',
    `Invalid model name ('${name}') provided. Model name must be a non-empty string and cannot contain the following ` +
      `characters: ('/', ':', '.', '%', '"', "'")`,
  )
}
