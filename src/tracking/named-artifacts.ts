import { isRecord, parseForeignJson } from '../protocol/json.ts'
import { parseTablePaths } from '../protocol/logged-artifacts.ts'
import { tagNames } from '../protocol/tag-names.ts'
import type { Sql, SqlRow } from '../store/database.ts'
import { getText } from '../store/row.ts'
import { historyTag } from './mlflow-model-history.ts'
import { selectRunRows, toRunRow } from './run-rows.ts'

/** A file or folder that a row says is there. */
export interface NamedArtifact {
  /** Who says so, as `run 0123…`. */
  readonly owner: string
  /** The root of a run or logged model, for example `mlflow-artifacts:/1/0123…/artifacts`. */
  readonly root: string
  /** Below it; empty for the root itself. */
  readonly path: string
  /** What is known to have been written of it, in bytes. */
  readonly minSizeBytes?: number
}

/** What tags of active runs name: tables that were logged, and models as clients up to MLflow 2 note them. */
export async function listTaggedArtifacts(sql: Sql): Promise<NamedArtifact[]> {
  const rows = await sql.all(
    `select r.*, e.artifact_location, t.key as tag_key, t.value as tag_value from tags t join runs r on r.id = t.run
       join experiments e on e.id = r.experiment where t.key in (?, ?) and r.lifecycle_stage = 'active'`,
    tagNames.loggedArtifacts,
    historyTag,
  )
  return rows.flatMap((row) => {
    const { runId, artifactUri } = toRunRow(row)
    return listPaths(row).map((path) => ({ owner: `run ${runId}`, root: artifactUri, path }))
  })
}

function listPaths(row: SqlRow): readonly string[] {
  const value = getText(row, 'tag_value')
  if (getText(row, 'tag_key') === tagNames.loggedArtifacts) return [...parseTablePaths(value)]
  const history = parseForeignJson(value)
  const paths = Array.isArray(history) ? history.filter(isRecord).map((model) => model['artifact_path']) : []
  return paths.filter((path) => typeof path === 'string').filter((path) => !path.includes(':'))
}

/** The artifact root of a run, deleted ones too; undefined where there is no such run. */
export async function findArtifactRoot(sql: Sql, runId: string): Promise<string | undefined> {
  const row = await sql.get(`${selectRunRows} where r.run_id = ?`, runId)
  return row && toRunRow(row).artifactUri
}
