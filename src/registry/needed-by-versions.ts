import type { Sql } from '../store/database.ts'
import { getNumber, getText } from '../store/row.ts'
import { selectVersionRows } from './registry-rows.ts'

/** What model versions have their files in, by the id of the run or logged model, or the folder of an experiment. */
export async function listNeededByVersions(sql: Sql): Promise<ReadonlyMap<string, string>> {
  const rows = await sql.all(`${selectVersionRows} where v.is_deleted = 0 order by m.name, v.version`)
  const needed = new Map<string, string>()
  for (const row of rows) {
    const version = `version ${getNumber(row, 'version')} of ${getText(row, 'name')}`
    // Every component of its place may be the id of its owner.
    const place = getText(row, 'storage_location').split('/').slice(1)
    for (const id of [...place, getText(row, 'model_id')]) if (id !== '') needed.set(id, version)
  }
  return needed
}
