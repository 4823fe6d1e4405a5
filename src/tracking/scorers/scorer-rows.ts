import { RunwrightError } from '../../protocol/errors.ts'
import type { ExperimentId } from '../../protocol/ids.ts'
import type { OnlineScoring, ScorerVersion } from '../../protocol/scorers.ts'
import type { Sql, SqlRow } from '../../store/database.ts'
import { findText, getNumber, getText } from '../../store/row.ts'
import { getActiveExperimentRow, toExperimentId } from '../experiment-rows.ts'

/** Rows of this select are what `toScorerVersion` reads. */
export const selectVersions =
  'select s.scorer_id, s.experiment, s.name, v.* from scorer_versions v join scorers s on s.id = v.scorer'

export async function findScorer(sql: Sql, experiment: SqlRow, name: string): Promise<number | undefined> {
  const row = await sql.get(
    'select id from scorers where experiment = ? and name = ?',
    getNumber(experiment, 'id'),
    name,
  )
  return row && getNumber(row, 'id')
}

/** The row's id. @throws RESOURCE_DOES_NOT_EXIST; INVALID_PARAMETER_VALUE when its experiment is deleted */
export async function getScorer(sql: Sql, experimentId: ExperimentId, name: string): Promise<number> {
  const scorer = await findScorer(sql, await getActiveExperimentRow(sql, experimentId), name)
  return scorer ?? refuseUnknown(experimentId, name)
}

/** @throws RESOURCE_DOES_NOT_EXIST always */
export function refuseUnknown(experimentId: ExperimentId, name: string, version?: number): never {
  const which = version === undefined ? `'${name}'` : `'${name}' and version ${version}`
  throw new RunwrightError(
    'RESOURCE_DOES_NOT_EXIST',
    `Scorer with name ${which} not found for experiment ${experimentId}.`,
  )
}

export function toScorerVersion(row: SqlRow): ScorerVersion {
  return {
    experimentId: toExperimentId(getNumber(row, 'experiment')),
    scorerId: getText(row, 'scorer_id'),
    name: getText(row, 'name'),
    version: getNumber(row, 'version'),
    serialized: getText(row, 'serialized'),
    creationTime: getNumber(row, 'creation_time'),
  }
}

/** @param row of `online_scorings`, with `scorer_id` and `experiment` of its scorer */
export function toOnlineScoring(row: SqlRow): OnlineScoring {
  const filter = findText(row, 'filter')
  return {
    configId: getText(row, 'config_id'),
    scorerId: getText(row, 'scorer_id'),
    experimentId: toExperimentId(getNumber(row, 'experiment')),
    sampleRate: getNumber(row, 'sample_rate'),
    ...(filter === undefined ? {} : { filter }),
  }
}
