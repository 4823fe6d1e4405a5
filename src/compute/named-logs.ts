import { artifactPaths } from '../protocol/tag-names.ts'
import type { Sql } from '../store/database.ts'
import { getNumber, getText } from '../store/row.ts'
import { findArtifactRoot, type NamedArtifact } from '../tracking/named-artifacts.ts'

/** Logs of jobs that have printed something: where an attempt began is how much there has to be at least. */
export async function listJobLogs(sql: Sql): Promise<NamedArtifact[]> {
  const rows = await sql.all(
    `select j.job_id, j.run_id, max(a.log_offset) as size from jobs j join job_attempts a on a.job = j.id
       join runs r on r.run_id = j.run_id where r.lifecycle_stage = 'active' group by j.id having max(a.log_offset) > 0`,
  )
  const named: NamedArtifact[] = []
  for (const row of rows) {
    const root = await findArtifactRoot(sql, getText(row, 'run_id'))
    const owner = `job ${getText(row, 'job_id')}`
    if (root !== undefined) named.push({ owner, root, path: artifactPaths.log, minSizeBytes: getNumber(row, 'size') })
  }
  return named
}
