import { RunwrightError } from '../protocol/errors.ts'
import { parseRunId } from '../protocol/ids.ts'
import type { ExperimentId, RunId } from '../protocol/ids.ts'
import { isRunStatus } from '../protocol/runs.ts'
import type { RunRow, RunStatus } from '../protocol/runs.ts'
import type { Sql, SqlRow } from '../store/database.ts'
import { inKeyOrder } from '../store/dialect.ts'
import { findNumber, getNumber, getText } from '../store/row.ts'
import { getLifecycleStage, toExperimentId } from './experiment-rows.ts'
import type { SeriesOwner } from './series/series-rows.ts'

/** Rows of this select are what `toRunRow` reads. */
export const selectRunRows = 'select r.*, e.artifact_location from runs r join experiments e on e.id = r.experiment'

/**
 * The same of runs by their row ids, in the order of these.
 *
 * @param columns more, of the run as `r`
 */
export async function selectRuns(sql: Sql, ids: readonly number[], columns?: string): Promise<readonly SqlRow[]> {
  const more = columns === undefined ? '' : `, ${columns}`
  return sql.all(
    `select r.*, e.artifact_location${more} from json_each(?) i cross join runs r cross join experiments e
       where r.id = cast(i.value as bigint) and e.id = r.experiment${inKeyOrder(sql.dialect, 'i.key')}`,
    JSON.stringify(ids),
  )
}

export function toRunRow(row: SqlRow): RunRow {
  const runId = toRunId(getText(row, 'run_id'))
  const endTime = findNumber(row, 'end_time')
  return {
    runId,
    experimentId: getExperimentId(row),
    name: getText(row, 'name'),
    status: getStatus(row),
    lifecycleStage: getLifecycleStage(row),
    userId: getText(row, 'user_id'),
    startTime: getNumber(row, 'start_time'),
    ...(endTime === undefined ? {} : { endTime }),
    artifactUri: `${getText(row, 'artifact_location').replace(/\/$/, '')}/${runId}/artifacts`,
  }
}

/** @throws RESOURCE_DOES_NOT_EXIST */
export async function getRunRow(sql: Sql, runId: RunId): Promise<SqlRow> {
  const row = await sql.get(`${selectRunRows} where r.run_id = ?`, runId)
  if (row !== undefined) return row
  throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `Run with id=${runId} not found`, {
    hint: 'List the runs to see their ids.',
  })
}

/** @throws RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE for a deleted run */
export async function getActiveRunRow(sql: Sql, runId: RunId): Promise<SqlRow> {
  const row = await getRunRow(sql, runId)
  const stage = getLifecycleStage(row)
  if (stage === 'active') return row
  throw new RunwrightError(
    'INVALID_PARAMETER_VALUE',
    `The run ${runId} must be in the 'active' state. Current state is ${stage}.`,
    { hint: 'Restore the run first.' },
  )
}

export function getExperimentId(row: SqlRow): ExperimentId {
  return toExperimentId(getNumber(row, 'experiment'))
}

export function getStatus(row: SqlRow): RunStatus {
  const status = getText(row, 'status')
  if (!isRunStatus(status)) throw new TypeError(`A run has the status ${status}.`)
  return status
}

export function toRunId(text: string): RunId {
  const runId = parseRunId(text)
  if (runId === undefined) throw new TypeError(`${text} is no run id.`)
  return runId
}

/** Whose the series of the run are. */
export function toOwner(row: SqlRow): SeriesOwner {
  return { runRowId: getNumber(row, 'id'), experimentRowId: getNumber(row, 'experiment') }
}
