import type { Sql } from '../store/database.ts'
import { getNumber, getText } from '../store/row.ts'
import { findArtifactRoot, type NamedArtifact } from '../tracking/named-artifacts.ts'
import { selectVersionRows } from './registry-rows.ts'

/** Where the files of model versions are. Prompts have none. */
export async function listVersionArtifacts(sql: Sql): Promise<NamedArtifact[]> {
  const rows = await sql.all(`${selectVersionRows} where v.is_deleted = 0 order by m.name, v.version`)
  const named: NamedArtifact[] = []
  for (const row of rows) {
    const place = await resolveLocation(sql, getText(row, 'storage_location'))
    const owner = `version ${getNumber(row, 'version')} of ${getText(row, 'name')}`
    if (place !== undefined) named.push({ owner, ...place })
  }
  return named
}

/** @returns undefined where the location is no place of this store */
async function resolveLocation(sql: Sql, location: string): Promise<{ root: string; path: string } | undefined> {
  const [, runId, path = ''] = /^runs:\/([^/]+)(?:\/(.*))?$/s.exec(location) ?? []
  if (runId === undefined) return location.startsWith('mlflow-artifacts:/') ? { root: location, path: '' } : undefined
  const root = await findArtifactRoot(sql, runId)
  // A run that is gone took its files along.
  return { root: root ?? 'mlflow-artifacts:/', path: root === undefined ? `${runId}/artifacts/${path}` : path }
}
