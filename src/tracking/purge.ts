import type { Sql, SqlRow } from '../store/database.ts'
import { getNumber, getText } from '../store/row.ts'
import { selectModelRows } from './model-rows.ts'
import { selectRunRows, toRunRow } from './run-rows.ts'
import { deleteTraces, selectTraces } from './traces/delete-traces.ts'

/** Something that was deleted as users delete it, and can go for good. */
export interface Deleted {
  readonly id: string
  readonly name: string
  /** Milliseconds since 1970-01-01 UTC. */
  readonly deletedTime: number
  /** Where its artifacts are, with `mlflow-artifacts:` in front; undefined where they are not its own. */
  readonly artifactUri: string | undefined
}

/** Runs that were deleted before a time, oldest first. */
export async function listDeletedRuns(sql: Sql, before: number): Promise<Deleted[]> {
  const rows = await sql.all(
    `${selectRunRows} where r.lifecycle_stage = 'deleted' and r.deleted_time < ? order by r.deleted_time, r.id`,
    before,
  )
  return rows.map((row) => {
    const { runId: id, name, artifactUri } = toRunRow(row)
    return { id, name, deletedTime: getNumber(row, 'deleted_time'), artifactUri }
  })
}

/** A logged model goes by itself, or with its experiment. Two times to compare with. */
const isModelDeleted = `((m.lifecycle_stage = 'deleted' and m.last_update_time < ?)
  or (e.lifecycle_stage = 'deleted' and e.last_update_time < ?))`

/** Logged models that were deleted before a time, or whose experiment was, oldest first. */
export async function listDeletedModels(sql: Sql, before: number): Promise<Deleted[]> {
  const rows = await sql.all(
    `${selectModelRows} where ${isModelDeleted} order by m.last_update_time, m.id`,
    before,
    before,
  )
  return rows.map((row) => {
    const id = getText(row, 'model_id')
    const deletedTime = getNumber(row, 'last_update_time')
    return { id, name: getText(row, 'name'), deletedTime, artifactUri: toModelUri(row) }
  })
}

function toModelUri(row: SqlRow): string {
  const location = getText(row, 'artifact_location').replace(/\/$/, '')
  return `${location}/models/${getText(row, 'model_id')}/artifacts`
}

/** Experiments that were deleted before a time and have no runs and logged models but those named. */
export async function listDeletedExperiments(sql: Sql, before: number, gone: readonly string[]): Promise<Deleted[]> {
  const ids = JSON.stringify(gone)
  const rows = await sql.all(
    `select e.* from experiments e where e.lifecycle_stage = 'deleted' and e.last_update_time < ? and e.id <> 0
       and not exists (select 1 from runs r where r.experiment = e.id
         and r.run_id not in (select value from json_each(?)))
       and not exists (select 1 from models m where m.experiment = e.id
         and m.model_id not in (select value from json_each(?))) order by e.last_update_time, e.id`,
    before,
    ids,
    ids,
  )
  return rows.map((row) => ({
    id: String(getNumber(row, 'id')),
    name: getText(row, 'name'),
    deletedTime: getNumber(row, 'last_update_time'),
    artifactUri: undefined,
  }))
}

/**
 * Takes a run out of all tables of the feature.
 *
 * @returns where its artifacts are; undefined when it is not deleted, or was later
 */
export async function purgeRun(sql: Sql, runId: string, before: number): Promise<string | undefined> {
  const row = await sql.get(
    `${selectRunRows} where r.run_id = ? and r.lifecycle_stage = 'deleted' and r.deleted_time < ?`,
    runId,
    before,
  )
  if (row === undefined) return undefined
  const [id, experiment] = [getNumber(row, 'id'), getNumber(row, 'experiment')]
  const ofSeries = 'series in (select id from series where run = ?)'
  await sql.run(`delete from chunk_data where id in (select data from chunks where ${ofSeries})`, id)
  for (const table of ['chunks', 'points']) await sql.run(`delete from ${table} where ${ofSeries}`, id)
  for (const table of ['incoming_metrics', 'series', 'params', 'tags', 'input_tags', 'inputs', 'run_models']) {
    await sql.run(`delete from ${table} where run = ?`, id)
  }
  await sql.run('delete from model_metrics where run_id = ?', runId)
  await sql.run('delete from trace_runs where run_id = ?', runId)
  await sql.run('delete from runs where id = ?', id)
  await sql.run(
    'delete from datasets where experiment = ? and not exists (select 1 from inputs i where i.dataset = datasets.id)',
    experiment,
  )
  return toRunRow(row).artifactUri
}

/** @returns where its artifacts are; undefined when it is not deleted, or was later */
export async function purgeModel(sql: Sql, modelId: string, before: number): Promise<string | undefined> {
  const row = await sql.get(`${selectModelRows} where m.model_id = ? and ${isModelDeleted}`, modelId, before, before)
  if (row === undefined) return undefined
  const id = getNumber(row, 'id')
  for (const table of ['model_params', 'model_tags']) await sql.run(`delete from ${table} where model = ?`, id)
  for (const table of ['model_metrics', 'run_models']) await sql.run(`delete from ${table} where model_id = ?`, modelId)
  await sql.run('delete from models where id = ?', id)
  return toModelUri(row)
}

/** With its traces and scorers. @returns false when it is not deleted, or was later, or has runs or logged models */
export async function purgeExperiment(sql: Sql, experimentId: string, before: number): Promise<boolean> {
  const row = await sql.get(
    `select id from experiments e where id = cast(? as bigint) and id <> 0 and lifecycle_stage = 'deleted'
       and last_update_time < ? and not exists (select 1 from runs r where r.experiment = e.id)
       and not exists (select 1 from models m where m.experiment = e.id)`,
    experimentId,
    before,
  )
  if (row === undefined) return false
  const id = getNumber(row, 'id')
  const all = { upToTime: Number.MAX_SAFE_INTEGER, limit: Number.MAX_SAFE_INTEGER }
  await deleteTraces(sql, await selectTraces(sql, id, all))
  await purgeScorers(sql, id)
  const tables = ['experiment_tags', 'logged_keys', 'datasets', 'evaluation_dataset_experiments']
  for (const table of tables) await sql.run(`delete from ${table} where experiment = ?`, id)
  await sql.run('delete from experiments where id = ?', id)
  return true
}

async function purgeScorers(sql: Sql, experiment: number): Promise<void> {
  const ofExperiment = 'scorer in (select id from scorers where experiment = ?)'
  for (const table of ['scorer_versions', 'online_scorings']) {
    await sql.run(`delete from ${table} where ${ofExperiment}`, experiment)
  }
  await sql.run('delete from scorers where experiment = ?', experiment)
}

/** Keys that no run of any experiment has any more are not offered any more. */
export async function forgetUnusedKeys(sql: Sql): Promise<void> {
  const isUsed = {
    metric: 'select 1 from series s where s.experiment = k.experiment and s.key = k.key',
    param: 'select 1 from params p where p.experiment = k.experiment and p.key = k.key',
    tag: 'select 1 from runs r join tags t on t.run = r.id and t.key = k.key where r.experiment = k.experiment',
  }
  for (const [kind, select] of Object.entries(isUsed)) {
    await sql.run(`delete from logged_keys as k where k.kind = ? and not exists (${select})`, kind)
  }
}

/** The artifact locations of all experiments, and which of these ids are runs or logged models. */
export async function loadKnownIds(
  sql: Sql,
  ids: readonly string[],
): Promise<{ readonly locations: readonly string[]; readonly known: ReadonlySet<string> }> {
  const asked = JSON.stringify(ids)
  const rows = await sql.all(
    `select run_id as id from runs where run_id in (select value from json_each(?))
       union all select model_id from models where model_id in (select value from json_each(?))`,
    asked,
    asked,
  )
  const locations = await sql.all('select artifact_location from experiments order by id')
  return {
    locations: locations.map((row) => getText(row, 'artifact_location')),
    known: new Set(rows.map((row) => getText(row, 'id'))),
  }
}
