import { RunwrightError } from '../protocol/errors.ts'
import type { Tag } from '../protocol/runs.ts'
import type { Sql } from '../store/database.ts'
import { noteKey } from './logged-keys.ts'

/** Where tags live: the table and the column that says whose they are. */
const tables = {
  experiment: { table: 'experiment_tags', owner: 'experiment' },
  run: { table: 'tags', owner: 'run' },
  model: { table: 'model_tags', owner: 'model' },
} as const

type Owner = keyof typeof tables

/** Sets tags; of one key the last wins. */
export async function writeTags(sql: Sql, owner: Owner, rowId: number, tags: readonly Tag[]): Promise<void> {
  const { table, owner: column } = tables[owner]
  const text = `insert into ${table} (${column}, key, value) values (?, ?, ?)
    on conflict (${column}, key) do update set value = excluded.value`
  for (const { key, value } of tags) {
    await sql.run(text, rowId, key, value)
    if (owner === 'run') await noteKey(sql, rowId, 'tag', key)
  }
}

/** @throws RESOURCE_DOES_NOT_EXIST, calling the owner what `ownerName` says, for example `run with id 0123…` */
export async function deleteTag(sql: Sql, owner: Owner, rowId: number, key: string, ownerName: string): Promise<void> {
  const { table, owner: column } = tables[owner]
  const deleted = await sql.run(`delete from ${table} where ${column} = ? and key = ?`, rowId, key)
  if (deleted === 0) throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `No tag with name: ${key} in ${ownerName}`)
}
