import { type DataVersion, dataSourceType, dataTags, parseDataSource } from '../../protocol/data-versions.ts'
import type { Dialect, Sql, SqlRow } from '../../store/database.ts'
import { memberOf } from '../../store/dialect.ts'
import { getNumber, getText } from '../../store/row.ts'

/** A version of data, with the rows by which experiments know it. */
export interface DataRows {
  /** The digest that stands for all of them. */
  readonly digest: string
  readonly rowIds: readonly number[]
  readonly paths: readonly string[]
  readonly version: DataVersion | undefined
  /** All digests it is known by: of its SHA-256, and its md5 where only that was known. */
  readonly digests: readonly string[]
}

/** Experiments and paths that know one version; more are not looked at. */
const maxRows = 1000
const maxPaths = 10

const byDigest = `select id, name, digest, source_type, source from datasets where digest = ? order by id desc limit ?`
const byMd5 = (dialect: Dialect) => `select id, name, digest, source_type, source from datasets
  where source_type = '${dataSourceType}' and ${memberOf(dialect, 'source', 'md5')} = ?
  order by id desc limit ?`

/** Undefined where neither a run nor a model version knows a version of that digest. */
export async function findDataRows(sql: Sql, digest: string): Promise<DataRows | undefined> {
  const own = await sql.all(byDigest, digest, maxRows)
  if (own.length === 0) return findModelFile(sql, digest)
  const md5 = own.map(findVersion).find((version) => version?.md5 !== undefined)?.md5
  const rows = md5 === undefined ? own : await withTwins(sql, own, digest, md5)
  const [first] = rows
  if (first === undefined) return undefined
  const versions = rows.map(findVersion)
  const whole = versions.findIndex((version) => version?.sha256 !== undefined)
  return {
    digest: getText(rows[whole] ?? first, 'digest'),
    digests: [...new Set(rows.map((row) => getText(row, 'digest')))],
    rowIds: rows.map((row) => getNumber(row, 'id')),
    paths: [...new Set(rows.map((row, at) => versions[at]?.path ?? getText(row, 'name')))].slice(0, maxPaths),
    version: versions[whole] ?? versions.find((version) => version !== undefined),
  }
}

/** The file of a model version, which no run has read or written. */
async function findModelFile(sql: Sql, digest: string): Promise<DataRows | undefined> {
  const row = await sql.get(
    `select s.value from model_version_tags t
       join model_version_tags s on s.model_version = t.model_version and s.key = '${dataTags.version}'
       where t.key = 'runwright.data.digest' and t.value = ? limit 1`,
    digest,
  )
  const version = row && parseDataSource(getText(row, 'value'))
  return version && { digest, digests: [digest], rowIds: [], paths: [version.path], version }
}

/**
 * Adds the rows of the same version that know it by the other hash. Of two versions of one md5 and different SHA-256,
 * neither is the other; a row without SHA-256 then stands for itself.
 */
async function withTwins(sql: Sql, own: readonly SqlRow[], digest: string, md5: string): Promise<readonly SqlRow[]> {
  const others = (await sql.all(byMd5(sql.dialect), md5, maxRows)).filter((row) => getText(row, 'digest') !== digest)
  const whole = new Set(others.map((row) => getText(row, 'digest')).filter((other) => other !== md5))
  if (digest === md5) return whole.size === 1 ? [...own, ...others] : own
  return whole.size === 0 ? [...own, ...others] : own
}

function findVersion(row: SqlRow): DataVersion | undefined {
  return getText(row, 'source_type') === dataSourceType ? parseDataSource(getText(row, 'source')) : undefined
}
