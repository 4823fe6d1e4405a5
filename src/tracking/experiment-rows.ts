import { RunwrightError } from '../protocol/errors.ts'
import type { Experiment } from '../protocol/experiments.ts'
import { parseExperimentId } from '../protocol/ids.ts'
import type { ExperimentId } from '../protocol/ids.ts'
import type { LifecycleStage, Tag } from '../protocol/runs.ts'
import { inKeyOrder } from '../store/dialect.ts'
import type { Sql, SqlRow } from '../store/database.ts'
import { getNumber, getText } from '../store/row.ts'

/** @throws RESOURCE_DOES_NOT_EXIST */
export async function getExperimentRow(sql: Sql, experimentId: ExperimentId): Promise<SqlRow> {
  const row = await sql.get('select * from experiments where id = ?', toExperimentRowId(experimentId))
  if (row !== undefined) return row
  throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `No Experiment with id=${experimentId} exists`, {
    hint: 'List the experiments to see their ids.',
  })
}

/** @throws RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE for a deleted one */
export async function getActiveExperimentRow(sql: Sql, experimentId: ExperimentId): Promise<SqlRow> {
  const row = await getExperimentRow(sql, experimentId)
  const stage = getLifecycleStage(row)
  if (stage === 'active') return row
  throw new RunwrightError(
    'INVALID_PARAMETER_VALUE',
    `The experiment ${experimentId} must be in the 'active' state. Current state is ${stage}.`,
    { hint: 'Restore the experiment first.' },
  )
}

/** The number of an experiment's row, which is its id; -1, which no row has, for one that is too large to be any. */
export function toExperimentRowId(experimentId: ExperimentId): number {
  const id = Number(experimentId)
  return Number.isSafeInteger(id) ? id : -1
}

/** Gives rows of `experiments` their tags, all by one statement. */
export async function loadExperiments(sql: Sql, rows: readonly SqlRow[]): Promise<Experiment[]> {
  const tagsOf = new Map<number, Tag[]>(rows.map((row) => [getNumber(row, 'id'), []]))
  const tags = await sql.all(
    'select experiment, key, value from experiment_tags where experiment in (select cast(value as bigint) from json_each(?))' +
      inKeyOrder(sql.dialect, 'experiment, key'),
    JSON.stringify([...tagsOf.keys()]),
  )
  for (const tag of tags) {
    tagsOf.get(getNumber(tag, 'experiment'))?.push({ key: getText(tag, 'key'), value: getText(tag, 'value') })
  }
  return rows.map((row) => ({
    experimentId: toExperimentId(getNumber(row, 'id')),
    name: getText(row, 'name'),
    artifactLocation: getText(row, 'artifact_location'),
    lifecycleStage: getLifecycleStage(row),
    creationTime: getNumber(row, 'creation_time'),
    lastUpdateTime: getNumber(row, 'last_update_time'),
    tags: tagsOf.get(getNumber(row, 'id')) ?? [],
  }))
}

export function toExperimentId(rowId: number): ExperimentId {
  const experimentId = parseExperimentId(String(rowId))
  if (experimentId === undefined) throw new TypeError(`${rowId} is no experiment id.`)
  return experimentId
}

export function getLifecycleStage(row: SqlRow): LifecycleStage {
  return row['lifecycle_stage'] === 'active' ? 'active' : 'deleted'
}
