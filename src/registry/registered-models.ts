import { RunwrightError } from '../protocol/errors.ts'
import { isPrompt, type RegisteredModel } from '../protocol/registered-models.ts'
import type { Tag } from '../protocol/runs.ts'
import type { Sql } from '../store/database.ts'
import { getNumber } from '../store/row.ts'
import { tellAlias, tellModelCreated, tellPromptTag } from './registry-events.ts'
import { getRegisteredModelRow, getVersionRow, isPromptRow, loadRegisteredModels } from './registry-rows.ts'
import { searchRegisteredModels } from './registry-search.ts'
import { insertRegisteredModel, writeAlias } from './registry-writes.ts'
import type { RegistryParts } from './registry-parts.ts'
import type { RegisteredModels } from './registry.ts'

export function createRegisteredModels({ database, changed, now, note }: RegistryParts): RegisteredModels {
  /** One transaction on a model, and word of it once it is durable. */
  async function change<T>(name: string, work: (sql: Sql, id: number) => Promise<T>): Promise<T> {
    const result = await database.write(async (sql) =>
      work(sql, getNumber(await getRegisteredModelRow(sql, name), 'id')),
    )
    changed({ kind: 'registered-model', name })
    return result
  }

  return {
    async create({ name, description = '', tags = [] }) {
      const time = now()
      const model = await database.write(async (sql) => {
        await checkNameFree(sql, name, isPrompt(tags))
        const id = await insertRegisteredModel(sql, { name, description, time })
        for (const tag of tags) await writeTag(sql, id, tag)
        await note(sql, tellModelCreated({ name, description, tags }))
        return loadModel(sql, name)
      })
      changed({ kind: 'registered-model', name })
      return model
    },

    get: (name) => database.read((sql) => loadModel(sql, name)),

    search: (query) => database.read((sql) => searchRegisteredModels(sql, query)),

    setDescription: (name, description) =>
      change(name, async (sql, id) => {
        await sql.run(
          'update registered_models set description = ?, last_update_time = ? where id = ?',
          description,
          now(),
          id,
        )
        return loadModel(sql, name)
      }),

    async rename(name, newName) {
      const time = now()
      const model = await change(name, async (sql, id) => {
        if (newName !== name) {
          await checkNameFree(sql, newName, await isPromptRow(sql, await getRegisteredModelRow(sql, name)))
        }
        await sql.run('update registered_models set name = ?, last_update_time = ? where id = ?', newName, time, id)
        await sql.run('update model_versions set last_update_time = ? where registered_model = ?', time, id)
        return loadModel(sql, newName)
      })
      changed({ kind: 'registered-model', name: newName })
      return model
    },

    delete: (name) =>
      change(name, async (sql, id) => {
        await sql.run('delete from registered_model_aliases where registered_model = ?', id)
        await sql.run('delete from registered_model_tags where registered_model = ?', id)
        await sql.run(
          'delete from model_version_tags where model_version in (select id from model_versions where registered_model = ?)',
          id,
        )
        await sql.run('delete from model_versions where registered_model = ?', id)
        await sql.run('delete from registered_models where id = ?', id)
      }),

    setTag: (name, tag) =>
      change(name, async (sql, id) => {
        await writeTag(sql, id, tag)
        if (await isPromptRow(sql, { id })) await note(sql, tellPromptTag(name, tag.key, tag.value))
      }),

    deleteTag: (name, key) =>
      change(name, async (sql, id) => {
        await sql.run('delete from registered_model_tags where registered_model = ? and key = ?', id, key)
        if (await isPromptRow(sql, { id })) await note(sql, tellPromptTag(name, key))
      }),

    setAlias: (name, alias, version) =>
      change(name, async (sql, id) => {
        await getVersionRow(sql, name, version)
        await writeAlias(sql, id, alias, version)
        await note(sql, tellAlias({ name, isOfPrompt: await isPromptRow(sql, { id }) }, alias, version))
      }),

    deleteAlias: (name, alias) =>
      change(name, async (sql, id) => {
        await sql.run('delete from registered_model_aliases where registered_model = ? and alias = ?', id, alias)
        await note(sql, tellAlias({ name, isOfPrompt: await isPromptRow(sql, { id }) }, alias))
      }),
  }
}

async function loadModel(sql: Sql, name: string): Promise<RegisteredModel> {
  const [model] = await loadRegisteredModels(sql, [await getRegisteredModelRow(sql, name)])
  if (model === undefined) throw new TypeError('The registered model is gone within its own transaction.')
  return model
}

async function writeTag(sql: Sql, id: number, { key, value }: Tag): Promise<void> {
  await sql.run(
    `insert into registered_model_tags (registered_model, key, value) values (?, ?, ?)
       on conflict (registered_model, key) do update set value = excluded.value`,
    id,
    key,
    value,
  )
}

/** @throws RESOURCE_ALREADY_EXISTS, in words that tell a model from a prompt */
async function checkNameFree(sql: Sql, name: string, isForPrompt: boolean): Promise<void> {
  const row = await sql.get('select * from registered_models where name = ?', name)
  if (row === undefined) return
  const word = (prompt: boolean) => (prompt ? 'Prompt' : 'Registered Model')
  const [taken, wanted] = [word(await isPromptRow(sql, row)), word(isForPrompt)]
  const message =
    taken === wanted
      ? `${wanted} (name=${name}) already exists.`
      : `Tried to create a ${wanted.toLowerCase()} with name '${name}', but the name is already taken by a ` +
        `${taken.toLowerCase()}. MLflow does not allow creating a model and a prompt with the same name.`
  throw new RunwrightError('RESOURCE_ALREADY_EXISTS', message, { hint: 'Choose another name.' })
}
