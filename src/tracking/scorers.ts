import { toUuid } from '../base/to-uuid.ts'
import { RunwrightError } from '../protocol/errors.ts'
import type { ExperimentId } from '../protocol/ids.ts'
import type { OnlineScoring, ScorerVersion } from '../protocol/scorers.ts'
import type { Sql } from '../store/database.ts'
import { getNumber } from '../store/row.ts'
import { getActiveExperimentRow } from './experiment-rows.ts'
import {
  findScorer,
  getScorer,
  refuseUnknown,
  selectVersions,
  toOnlineScoring,
  toScorerVersion,
} from './scorers/scorer-rows.ts'
import type { TrackingParts } from './tracking-parts.ts'
import type { Scorers } from './tracking.ts'

export function createScorers({ database, now, randomBytes }: TrackingParts): Scorers {
  return {
    register: (experimentId, { name, serialized }) => {
      const [scorerId, time] = [toUuid(randomBytes(16)), now()]
      return database.write(async (sql) => {
        const scorer = await ensureScorer(sql, experimentId, { name, scorerId })
        await sql.run(
          `insert into scorer_versions (scorer, version, serialized, creation_time)
             select ?, coalesce(max(version), 0) + 1, ?, ? from scorer_versions where scorer = ?`,
          scorer,
          serialized,
          time,
          scorer,
        )
        return (await findVersion(sql, scorer)) ?? refuseUnknown(experimentId, name)
      })
    },

    list: (experimentIds) => database.read((sql) => loadLatest(sql, experimentIds)),

    listOf: (experimentId) =>
      database.read(async (sql) => {
        await getActiveExperimentRow(sql, experimentId)
        return loadLatest(sql, [experimentId])
      }),

    versions: (experimentId, name) =>
      database.read(async (sql) => {
        const scorer = await getScorer(sql, experimentId, name)
        const rows = await sql.all(`${selectVersions} where v.scorer = ? order by v.version`, scorer)
        return rows.length === 0 ? refuseUnknown(experimentId, name) : rows.map(toScorerVersion)
      }),

    get: (experimentId, name, version) =>
      database.read(async (sql) => {
        const scorer = await getScorer(sql, experimentId, name)
        return (await findVersion(sql, scorer, version)) ?? refuseUnknown(experimentId, name, version)
      }),

    delete: (experimentId, name, version) =>
      database.write(async (sql) => {
        const scorer = await getScorer(sql, experimentId, name)
        const deleted = await sql.run(
          'delete from scorer_versions where scorer = ? and version = coalesce(?, version)',
          scorer,
          version ?? null,
        )
        if (deleted === 0) refuseUnknown(experimentId, name, version)
        if (version !== undefined) return
        await sql.run('delete from online_scorings where scorer = ?', scorer)
        await sql.run('delete from scorers where id = ?', scorer)
      }),

    onlineScorings: (scorerIds) => database.read((sql) => loadOnlineScorings(sql, scorerIds)),

    setOnlineScoring: (experimentId, name, { sampleRate, filter }) => {
      const configId = Buffer.from(randomBytes(16)).toString('hex')
      return database.write(async (sql) => {
        const scorer = await getScorer(sql, experimentId, name)
        const latest = await findVersion(sql, scorer)
        if (latest !== undefined && sampleRate > 0) refuseToScore(name)
        await sql.run(
          `insert into online_scorings (scorer, config_id, sample_rate, filter) values (?, ?, ?, ?)
             on conflict (scorer) do update set config_id = excluded.config_id,
               sample_rate = excluded.sample_rate, filter = excluded.filter`,
          scorer,
          configId,
          sampleRate,
          filter ?? null,
        )
        const [scoring] = await loadOnlineScorings(sql, scorer)
        if (scoring === undefined) throw new TypeError('What was stored is gone within its own transaction.')
        return scoring
      })
    },
  }
}

/** Resolves to the row's id. */
async function ensureScorer(
  sql: Sql,
  experimentId: ExperimentId,
  { name, scorerId }: { name: string; scorerId: string },
): Promise<number> {
  const experiment = await getActiveExperimentRow(sql, experimentId)
  await sql.run(
    'insert into scorers (scorer_id, experiment, name) values (?, ?, ?) on conflict (experiment, name) do nothing',
    scorerId,
    getNumber(experiment, 'id'),
    name,
  )
  return (await findScorer(sql, experiment, name)) ?? refuseUnknown(experimentId, name)
}

/** Without a version the highest one. */
async function findVersion(sql: Sql, scorer: number, version?: number): Promise<ScorerVersion | undefined> {
  const row = await sql.get(
    `${selectVersions} where v.scorer = ? and v.version = coalesce(?, v.version) order by v.version desc limit 1`,
    scorer,
    version ?? null,
  )
  return row && toScorerVersion(row)
}

/** The highest version of each scorer of active experiments: of those that are named, or of all. */
async function loadLatest(sql: Sql, experimentIds: readonly ExperimentId[] | undefined): Promise<ScorerVersion[]> {
  const rows = await sql.all(
    `${selectVersions} join experiments e on e.id = s.experiment
       where e.lifecycle_stage = 'active'
         and (cast(? as text) is null or s.experiment in (select cast(value as bigint) from json_each(?)))
         and v.version = (select max(o.version) from scorer_versions o where o.scorer = v.scorer)
       order by s.experiment, s.name`,
    ...[experimentIds, experimentIds].map((ids) => (ids === undefined ? null : JSON.stringify(ids))),
  )
  return rows.map(toScorerVersion)
}

/** @param which scorers, by their ids, or one by its row */
async function loadOnlineScorings(sql: Sql, which: readonly string[] | number): Promise<OnlineScoring[]> {
  const select = 'select o.*, s.scorer_id, s.experiment from online_scorings o join scorers s on s.id = o.scorer'
  const rows =
    typeof which === 'number'
      ? await sql.all(`${select} where s.id = ?`, which)
      : await sql.all(
          `${select} where s.scorer_id in (select value from json_each(?)) order by s.id`,
          JSON.stringify(which),
        )
  return rows.map(toOnlineScoring)
}

/** Only models behind MLflow's gateway can be asked by a server, and no scorer has one here. */
function refuseToScore(name: string): never {
  throw new RunwrightError(
    'INVALID_PARAMETER_VALUE',
    `Scorer '${name}' does not use a gateway model. Automatic evaluation is only supported for scorers that use ` +
      'gateway models.',
    { hint: 'Run the scorer in a program of yours, with mlflow.genai.evaluate.' },
  )
}
