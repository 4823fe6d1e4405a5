import type { Sql } from '../store/database.ts'
import { getNumber } from '../store/row.ts'
import { getRegisteredModelRow } from './registry-rows.ts'

/** Resolves to the row's id. The name must be free. */
export async function insertRegisteredModel(
  sql: Sql,
  { name, description, time }: { name: string; description: string; time: number },
): Promise<number> {
  await sql.run(
    'insert into registered_models (name, description, creation_time, last_update_time) values (?, ?, ?, ?)',
    name,
    description,
    time,
    time,
  )
  return getNumber(await getRegisteredModelRow(sql, name), 'id')
}

/** Sets an alias, or moves it when it stands elsewhere. */
export async function writeAlias(sql: Sql, registeredModel: number, alias: string, version: number): Promise<void> {
  await sql.run(
    `insert into registered_model_aliases (registered_model, alias, version) values (?, ?, ?)
       on conflict (registered_model, alias) do update set version = excluded.version`,
    registeredModel,
    alias,
    version,
  )
}
