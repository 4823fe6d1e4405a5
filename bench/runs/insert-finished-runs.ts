import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describeFinishedRun, type FinishedRun } from './finished-run.ts'

/** Everything that one run is, in the peer's own tables. */
type InsertRun = (runId: string, run: FinishedRun) => void

/**
 * Puts the first `count` runs of an experiment into the file of a running `mlflow server`, row by row what logging them
 * leaves there. Through its interface the same takes more than ten minutes; what is measured is the search alone.
 * Its schema is that of the version the tests pin, and a benchmark checks that both sides find the same runs.
 *
 * @param folder the server's, which holds `mlflow.db`
 */
export function insertFinishedRuns(folder: string, experimentId: string, count: number): void {
  using database = new DatabaseSync(join(folder, 'mlflow.db'), { timeout: 20_000 })
  const insert = prepareInsert(database, experimentId)
  database.exec('begin immediate')
  for (let index = 0; index < count; index++) insert(randomUUID().replaceAll('-', ''), describeFinishedRun(index))
  database.exec('commit')
}

function prepareInsert(database: DatabaseSync, experimentId: string): InsertRun {
  const insertRun = database.prepare(
    `insert into runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time, end_time,
       source_version, lifecycle_stage, artifact_uri, experiment_id)
     values (?, ?, 'UNKNOWN', '', '', '', 'FINISHED', ?, ?, '', 'active', ?, ?)`,
  )
  const insertParam = database.prepare('insert into params (run_uuid, key, value) values (?, ?, ?)')
  const insertTag = database.prepare('insert into tags (run_uuid, key, value) values (?, ?, ?)')
  const metricColumns = '(run_uuid, key, value, timestamp, step, is_nan) values (?, ?, ?, ?, 0, 0)'
  const insertPoint = database.prepare(`insert into metrics ${metricColumns}`)
  const insertLatest = database.prepare(`insert into latest_metrics ${metricColumns}`)
  return (runId, { name, startTime, endTime, params, tags, metrics }) => {
    const artifactUri = `mlflow-artifacts:/${experimentId}/${runId}/artifacts`
    insertRun.run(runId, name, startTime, endTime, artifactUri, experimentId)
    for (const [key, value] of Object.entries(params)) insertParam.run(runId, key, value)
    for (const [key, value] of Object.entries({ ...tags, 'mlflow.runName': name })) insertTag.run(runId, key, value)
    for (const [key, value] of Object.entries(metrics)) {
      insertPoint.run(runId, key, value, endTime)
      insertLatest.run(runId, key, value, endTime)
    }
  }
}
