import { RunwrightError } from '../protocol/errors.ts'
import { isRecord, parseForeignJson } from '../protocol/json.ts'
import { isPrompt, type ModelStage, type ModelVersion, type NewModelVersion } from '../protocol/registered-models.ts'
import type { Tag } from '../protocol/runs.ts'
import type { Sql, SqlRow } from '../store/database.ts'
import { getNumber, getText } from '../store/row.ts'
import { getModelRow } from '../tracking/model-rows.ts'
import { writeTags } from '../tracking/tags.ts'
import { resolveModelSource, resolvePromptSource } from './model-source.ts'
import { tellAlias, tellModelCreated, tellVersionCreated, tellVersionTag } from './registry-events.ts'
import {
  findLatestVersionRow,
  getRegisteredModelRow,
  getVersionRow,
  isPromptRow,
  loadVersions,
  selectVersionRows,
} from './registry-rows.ts'
import { searchModelVersions } from './registry-search.ts'
import { insertRegisteredModel, writeAlias } from './registry-writes.ts'
import type { RegistryParts } from './registry-parts.ts'
import type { ModelVersions } from './registry.ts'

export function createModelVersions({ database, changed, now, note }: RegistryParts): ModelVersions {
  /** One transaction on a version, and word of it once it is durable. */
  async function change<T>(name: string, version: number, work: (sql: Sql, row: SqlRow) => Promise<T>): Promise<T> {
    const result = await database.write(async (sql) => work(sql, await getVersionRow(sql, name, version)))
    changed({ kind: 'registered-model', name })
    return result
  }

  return {
    async create(version) {
      const created = await database.write(async (sql) => {
        const made = await insertVersion(sql, version, now())
        await note(sql, tellVersionCreated(made, version.tags ?? []))
        return made
      })
      changed({ kind: 'registered-model', name: version.name })
      return created
    },

    async register(version, alias) {
      const { name } = version
      const time = now()
      const created = await database.write(async (sql) => {
        const known = await sql.get('select id from registered_models where name = ?', name)
        const model =
          known === undefined
            ? await insertRegisteredModel(sql, { name, description: '', time })
            : getNumber(known, 'id')
        if (known === undefined) await note(sql, tellModelCreated({ name, description: '', tags: [] }))
        const made = await insertVersion(sql, version, time)
        await note(sql, tellVersionCreated(made, version.tags ?? []))
        if (alias === undefined) return made
        await writeAlias(sql, model, alias, made.version)
        await note(sql, tellAlias({ name, isOfPrompt: await isPromptRow(sql, { id: model }) }, alias, made.version))
        return loadVersion(sql, name, made.version)
      })
      changed({ kind: 'registered-model', name })
      return created
    },

    list: (name) =>
      database.read(async (sql) => {
        const id = getNumber(await getRegisteredModelRow(sql, name), 'id')
        const rows = await sql.all(
          `${selectVersionRows} where v.registered_model = ? and v.is_deleted = 0 order by v.version desc`,
          id,
        )
        return loadVersions(sql, rows)
      }),

    get: (name, version) => database.read((sql) => loadVersion(sql, name, version)),

    getByAlias: (name, alias) => database.read((sql) => loadByAlias(sql, name, alias)),

    search: (query) => database.read((sql) => searchModelVersions(sql, query)),

    setDescription: (name, version, description) =>
      change(name, version, async (sql, row) => {
        await sql.run(
          'update model_versions set description = ?, last_update_time = ? where id = ?',
          description ?? null,
          now(),
          getNumber(row, 'id'),
        )
        return loadVersion(sql, name, version)
      }),

    setStage: (name, version, { stage, archiveOthers }) =>
      change(name, version, async (sql, row) => {
        await writeStage(sql, row, { stage, archiveOthers, time: now() })
        return loadVersion(sql, name, version)
      }),

    delete: (name, version) => change(name, version, (sql, row) => deleteVersion(sql, row, now())),

    setTag: (name, version, tag) =>
      change(name, version, async (sql, row) => {
        await writeTag(sql, getNumber(row, 'id'), tag)
        await note(sql, tellVersionTag({ name, version, isOfPrompt: await isOfPrompt(sql, row) }, tag.key, tag.value))
      }),

    deleteTag: (name, version, key) =>
      change(name, version, async (sql, row) => {
        await sql.run('delete from model_version_tags where model_version = ? and key = ?', getNumber(row, 'id'), key)
        await note(sql, tellVersionTag({ name, version, isOfPrompt: await isOfPrompt(sql, row) }, key))
      }),
  }
}

function isOfPrompt(sql: Sql, row: SqlRow): Promise<boolean> {
  return isPromptRow(sql, { id: getNumber(row, 'registered_model') })
}

async function insertVersion(sql: Sql, version: NewModelVersion, time: number): Promise<ModelVersion> {
  const { name, description = '', runLink = '', tags = [] } = version
  const model = getNumber(await getRegisteredModelRow(sql, name), 'id')
  const { source, storageLocation, runId, modelId } = isPrompt(tags)
    ? resolvePromptSource(version)
    : await resolveModelSource(sql, version)
  const highest = await sql.get(
    'select coalesce(max(version), 0) as version from model_versions where registered_model = ?',
    model,
  )
  const number = getNumber(highest ?? { version: 0 }, 'version') + 1
  await sql.run(
    `insert into model_versions (registered_model, version, description, source, storage_location, run_id, model_id,
       run_link, creation_time, last_update_time) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    model,
    number,
    description,
    source,
    storageLocation,
    runId,
    modelId,
    runLink,
    time,
    time,
  )
  await sql.run('update registered_models set last_update_time = ? where id = ?', time, model)
  const row = await getVersionRow(sql, name, number)
  for (const tag of tags) await writeTag(sql, getNumber(row, 'id'), tag)
  if (modelId !== '' && version.modelId !== undefined)
    await noteOnLoggedModel(sql, version.modelId, { name, version: number })
  return loadVersion(sql, name, number)
}

const loggedModelTag = 'mlflow.modelVersions'

/** A logged model tells by a tag of which versions it is, as MLflow's server has it. */
async function noteOnLoggedModel(sql: Sql, modelId: string, made: { name: string; version: number }): Promise<void> {
  const id = getNumber(await getModelRow(sql, modelId), 'id')
  const tag = await sql.get('select value from model_tags where model = ? and key = ?', id, loggedModelTag)
  const known = tag === undefined ? [] : parseForeignJson(getText(tag, 'value'))
  const versions = Array.isArray(known) ? known.filter(isRecord) : []
  await writeTags(sql, 'model', id, [{ key: loggedModelTag, value: JSON.stringify([...versions, made]) }])
}

async function loadVersion(sql: Sql, name: string, version: number): Promise<ModelVersion> {
  return loadRow(sql, await getVersionRow(sql, name, version))
}

async function loadRow(sql: Sql, row: SqlRow): Promise<ModelVersion> {
  const [loaded] = await loadVersions(sql, [row])
  if (loaded === undefined) throw new TypeError('The model version is gone within its own transaction.')
  return loaded
}

async function loadByAlias(sql: Sql, name: string, alias: string): Promise<ModelVersion> {
  const model = await getRegisteredModelRow(sql, name)
  if (alias.toLowerCase() === 'latest') {
    const row = await findLatestVersionRow(sql, name)
    if (row !== undefined) return loadRow(sql, row)
    throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `Latest version not found for model ${name}.`)
  }
  const found = await sql.get(
    'select version from registered_model_aliases where registered_model = ? and alias = ?',
    getNumber(model, 'id'),
    alias,
  )
  if (found !== undefined) return loadVersion(sql, name, getNumber(found, 'version'))
  throw new RunwrightError('INVALID_PARAMETER_VALUE', `Registered model alias ${alias} not found.`)
}

async function writeStage(
  sql: Sql,
  row: SqlRow,
  { stage, archiveOthers, time }: { stage: ModelStage; archiveOthers: boolean; time: number },
): Promise<void> {
  const [id, model] = [getNumber(row, 'id'), getNumber(row, 'registered_model')]
  if (archiveOthers) {
    if (stage !== 'Staging' && stage !== 'Production') {
      throw new RunwrightError(
        'INVALID_PARAMETER_VALUE',
        'Model version transition cannot archive existing model versions because ' +
          `'${stage}' is not an Active stage. Valid stages are ['Staging', 'Production']`,
      )
    }
    await sql.run(
      `update model_versions set stage = 'Archived', last_update_time = ?
         where registered_model = ? and stage = ? and id <> ? and is_deleted = 0`,
      time,
      model,
      stage,
      id,
    )
  }
  await sql.run('update model_versions set stage = ?, last_update_time = ? where id = ?', stage, time, id)
  await sql.run('update registered_models set last_update_time = ? where id = ?', time, model)
}

/** The row stays, so that the number stays taken, and says nothing any more. */
async function deleteVersion(sql: Sql, row: SqlRow, time: number): Promise<void> {
  const [id, model] = [getNumber(row, 'id'), getNumber(row, 'registered_model')]
  await sql.run(
    'delete from registered_model_aliases where registered_model = ? and version = ?',
    model,
    getNumber(row, 'version'),
  )
  await sql.run('delete from model_version_tags where model_version = ?', id)
  await sql.run(
    `update model_versions set is_deleted = 1, last_update_time = ?, description = null, source = '',
       storage_location = '', run_id = '', model_id = '', run_link = '' where id = ?`,
    time,
    id,
  )
  await sql.run('update registered_models set last_update_time = ? where id = ?', time, model)
}

async function writeTag(sql: Sql, id: number, { key, value }: Tag): Promise<void> {
  await sql.run(
    `insert into model_version_tags (model_version, key, value) values (?, ?, ?)
       on conflict (model_version, key) do update set value = excluded.value`,
    id,
    key,
    value,
  )
}
