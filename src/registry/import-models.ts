import { parseRunId } from '../protocol/ids.ts'
import type { MethodName, Methods } from '../protocol/methods.ts'
import { checkRegisteredModelName, limits, truncate } from '../protocol/mlflow/names.ts'
import { integer, listOf, object, oneOf, paramsOf, refine, text, textAs } from '../protocol/parse.ts'
import { isPrompt, modelStages } from '../protocol/registered-models.ts'
import type { Sql } from '../store/database.ts'
import { getNumber, getText } from '../store/row.ts'
import type { MethodTable } from '../tracking/route.ts'
import { resolveModelSource, resolvePromptSource } from './model-source.ts'
import type { RegistryParts } from './registry-parts.ts'
import { getRegisteredModelRow } from './registry-rows.ts'
import { insertRegisteredModel, writeAlias } from './registry-writes.ts'

const name = refine(text, (value) => {
  checkRegisteredModelName(value)
  return value
})
const tags = listOf(
  object({ key: text, value: refine(text, (value) => truncate(value, limits.registryTagValue)) }),
  1000,
)
const parseModel = object({ name, description: text, tags })
const parseVersion = object(
  {
    name,
    version: integer(1, Number.MAX_SAFE_INTEGER),
    description: text,
    source: text,
    stage: oneOf(modelStages),
    creationTime: integer(0, Number.MAX_SAFE_INTEGER),
    tags,
    aliases: listOf(text, 1000),
  },
  { runId: textAs(parseRunId, 'expected the id of a run'), modelId: text },
)

type Names = 'import/registered-model' | 'import/model-version'

/** The typed methods by which registered models come from elsewhere. */
export function createModelImportMethods({
  database,
  changed,
  now,
}: RegistryParts): MethodTable<Extract<MethodName, Names>> {
  return {
    'import/registered-model': {
      parse: paramsOf(parseModel),
      async run(model) {
        const result = await database.write((sql) => writeModel(sql, model, now()))
        changed({ kind: 'registered-model', name: model.name })
        return result
      },
    },
    'import/model-version': {
      parse: paramsOf(parseVersion),
      async run(version) {
        const result = await database.write((sql) => writeVersion(sql, version))
        changed({ kind: 'registered-model', name: version.name })
        return result
      },
    },
  }
}

async function writeModel(
  sql: Sql,
  { name, description, tags }: Methods['import/registered-model']['params'],
  time: number,
): Promise<Methods['import/registered-model']['result']> {
  const known = await sql.get('select id from registered_models where name = ?', name)
  const id =
    known === undefined ? await insertRegisteredModel(sql, { name, description, time }) : getNumber(known, 'id')
  for (const { key, value } of tags) {
    await sql.run(
      `insert into registered_model_tags (registered_model, key, value) values (?, ?, ?)
         on conflict do nothing`,
      id,
      key,
      value,
    )
  }
  return { state: known === undefined ? 'new' : 'known' }
}

/** @throws INVALID_PARAMETER_VALUE for a source that is not in this store */
async function writeVersion(
  sql: Sql,
  version: Methods['import/model-version']['params'],
): Promise<Methods['import/model-version']['result']> {
  const model = getNumber(await getRegisteredModelRow(sql, version.name), 'id')
  const { source, storageLocation, runId, modelId } = isPrompt(version.tags)
    ? resolvePromptSource(version)
    : await resolveModelSource(sql, version)
  const known = await sql.get(
    'select source, is_deleted from model_versions where registered_model = ? and version = ?',
    model,
    version.version,
  )
  if (known !== undefined) {
    const isSame = known['is_deleted'] === 0 && getText(known, 'source') === source
    return { state: isSame ? 'known' : 'taken' }
  }
  const { creationTime, stage } = version
  const added = await sql.get(
    `insert into model_versions (registered_model, version, description, source, storage_location, run_id, model_id,
       run_link, stage, creation_time, last_update_time) values (?, ?, ?, ?, ?, ?, ?, '', ?, ?, ?) returning id`,
    model,
    version.version,
    version.description,
    source,
    storageLocation,
    runId,
    modelId,
    stage,
    creationTime,
    creationTime,
  )
  const id = getNumber(added ?? {}, 'id')
  for (const { key, value } of version.tags) {
    await sql.run(
      `insert into model_version_tags (model_version, key, value) values (?, ?, ?)
         on conflict (model_version, key) do update set value = excluded.value`,
      id,
      key,
      value,
    )
  }
  for (const alias of version.aliases) await writeAlias(sql, model, alias, version.version)
  return { state: 'new' }
}
