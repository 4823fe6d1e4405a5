import { RunwrightError } from '../protocol/errors.ts'
import {
  promptTag,
  modelStages,
  type ModelStage,
  type ModelVersion,
  type RegisteredModel,
} from '../protocol/registered-models.ts'
import type { Tag } from '../protocol/runs.ts'
import type { Sql, SqlRow } from '../store/database.ts'
import { findText, getNumber, getText } from '../store/row.ts'

/** Rows of this select are what `loadVersions` reads. */
export const selectVersionRows =
  'select v.*, m.name from model_versions v join registered_models m on m.id = v.registered_model'

/** @throws RESOURCE_DOES_NOT_EXIST */
export async function getRegisteredModelRow(sql: Sql, name: string): Promise<SqlRow> {
  const row = await sql.get('select * from registered_models where name = ?', name)
  if (row !== undefined) return row
  throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `Registered Model with name=${name} not found`, {
    hint: 'List the registered models to see their names.',
  })
}

/** @param row of `registered_models` */
export async function isPromptRow(sql: Sql, row: SqlRow): Promise<boolean> {
  const tag = await sql.get(
    'select value from registered_model_tags where registered_model = ? and key = ?',
    getNumber(row, 'id'),
    promptTag,
  )
  return tag !== undefined && getText(tag, 'value').toLowerCase() === 'true'
}

/** @throws RESOURCE_DOES_NOT_EXIST, for a deleted version too */
export async function getVersionRow(sql: Sql, name: string, version: number): Promise<SqlRow> {
  const row = await sql.get(
    `${selectVersionRows} where m.name = ? and v.version = ? and v.is_deleted = 0`,
    name,
    version,
  )
  if (row !== undefined) return row
  throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `Model Version (name=${name}, version=${version}) not found`)
}

/** The row of the highest version that is not deleted. */
export async function findLatestVersionRow(sql: Sql, name: string): Promise<SqlRow | undefined> {
  return sql.get(`${selectVersionRows} where m.name = ? and v.is_deleted = 0 order by v.version desc limit 1`, name)
}

/** Gives version rows their tags and aliases, in two statements. */
export async function loadVersions(sql: Sql, rows: readonly SqlRow[]): Promise<ModelVersion[]> {
  const ids = JSON.stringify(rows.map((row) => getNumber(row, 'id')))
  const tags = groupTags(
    await sql.all(
      `select model_version as owner, key, value from model_version_tags
         where model_version in (select cast(value as bigint) from json_each(?)) order by key`,
      ids,
    ),
  )
  const aliases = await sql.all(
    `select v.id, a.alias from json_each(?) i join model_versions v on v.id = cast(i.value as bigint)
       join registered_model_aliases a on a.registered_model = v.registered_model and a.version = v.version
       order by a.alias`,
    ids,
  )
  const aliasesOf = Map.groupBy(aliases, (row) => getNumber(row, 'id'))
  return rows.map((row) => {
    const id = getNumber(row, 'id')
    return {
      ...toVersion(row),
      tags: tags.get(id) ?? [],
      aliases: (aliasesOf.get(id) ?? []).map((alias) => getText(alias, 'alias')),
    }
  })
}

function toVersion(row: SqlRow): Omit<ModelVersion, 'tags' | 'aliases'> {
  const description = findText(row, 'description')
  return {
    name: getText(row, 'name'),
    version: getNumber(row, 'version'),
    ...(description === undefined ? {} : { description }),
    source: getText(row, 'source'),
    storageLocation: getText(row, 'storage_location'),
    runId: getText(row, 'run_id'),
    runLink: getText(row, 'run_link'),
    stage: toStage(getText(row, 'stage')),
    creationTime: getNumber(row, 'creation_time'),
    lastUpdateTime: getNumber(row, 'last_update_time'),
  }
}

function toStage(stored: string): ModelStage {
  return modelStages.find((stage) => stage === stored) ?? 'None'
}

/** Gives rows of `registered_models` their tags, aliases and latest versions, in a fixed number of statements. */
export async function loadRegisteredModels(sql: Sql, rows: readonly SqlRow[]): Promise<RegisteredModel[]> {
  const ids = JSON.stringify(rows.map((row) => getNumber(row, 'id')))
  const tags = groupTags(
    await sql.all(
      `select registered_model as owner, key, value from registered_model_tags
         where registered_model in (select cast(value as bigint) from json_each(?)) order by key`,
      ids,
    ),
  )
  const aliases = await sql.all(
    `select registered_model, alias, version from registered_model_aliases
       where registered_model in (select cast(value as bigint) from json_each(?)) order by alias`,
    ids,
  )
  const aliasesOf = Map.groupBy(aliases, (row) => getNumber(row, 'registered_model'))
  const latestRows = await sql.all(
    `${selectVersionRows} join json_each(?) i on cast(i.value as bigint) = v.registered_model
       where v.is_deleted = 0 and v.version = (select max(o.version) from model_versions o
         where o.registered_model = v.registered_model and o.stage = v.stage and o.is_deleted = 0)
       order by (select min(o.version) from model_versions o
         where o.registered_model = v.registered_model and o.stage = v.stage and o.is_deleted = 0)`,
    ids,
  )
  const latest = Map.groupBy(await loadVersions(sql, latestRows), ({ name }) => name)
  return rows.map((row) => {
    const id = getNumber(row, 'id')
    const latestVersions = latest.get(getText(row, 'name')) ?? []
    const [latestVersion] = latestVersions.toSorted((a, b) => b.version - a.version)
    return {
      name: getText(row, 'name'),
      description: getText(row, 'description'),
      creationTime: getNumber(row, 'creation_time'),
      lastUpdateTime: getNumber(row, 'last_update_time'),
      tags: tags.get(id) ?? [],
      aliases: (aliasesOf.get(id) ?? []).map((alias) => ({
        alias: getText(alias, 'alias'),
        version: getNumber(alias, 'version'),
      })),
      ...(latestVersion === undefined ? {} : { latestVersion }),
      latestVersions,
    }
  })
}

function groupTags(rows: readonly SqlRow[]): Map<number, Tag[]> {
  const byOwner = Map.groupBy(rows, (row) => getNumber(row, 'owner'))
  return new Map(
    [...byOwner].map(([owner, rows]) => [
      owner,
      rows.map((row) => ({ key: getText(row, 'key'), value: getText(row, 'value') })),
    ]),
  )
}
