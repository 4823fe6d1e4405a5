import type { Duckdb, ResultColumn } from '../data/duckdb-process.ts'
import { QueryFailed } from '../data/query-failed.ts'
import type { FeatureSetDefinition } from '../protocol/feature-sets.ts'
import { RunwrightError } from '../protocol/errors.ts'
import type { DroppedRows } from '../protocol/feature-versions.ts'
import { checkQuery } from './check-query.ts'
import { describeTable, findColumn, listNames } from './columns.ts'
import { checkKeyColumn } from './key-column.ts'
import type { Source } from './sources.ts'
import { commaList, quoteName } from './sql-text.ts'
import { copyTable, openScan, type TableFormat } from './table-scan.ts'
import { checkTimeColumn } from './time-column.ts'

/** No source can have this name. */
const computed = quoteName('computed rows')

/** Columns of a feature set, by what they are for. */
export interface SetColumns {
  readonly keys: readonly ResultColumn[]
  readonly timestamp: ResultColumn
  readonly createdTimestamp: ResultColumn | undefined
  readonly features: readonly ResultColumn[]
}

/** Keys first, then event time, then created time, then features. */
export function inOrder({ keys, timestamp, createdTimestamp, features }: SetColumns): readonly ResultColumn[] {
  return [...keys, timestamp, ...(createdTimestamp === undefined ? [] : [createdTimestamp]), ...features]
}

/** Makes what the query of a set gives a table of the database. @throws INVALID_PARAMETER_VALUE */
export async function computeQuery(
  db: Duckdb,
  name: string,
  sql: string,
  definition: FeatureSetDefinition,
  sources: readonly Source[],
): Promise<SetColumns> {
  try {
    for (const { name, format, files } of sources) {
      const paths = files.map(({ realPath }) => realPath)
      const scan = await openScan(db, format, paths, `source ${name}`)
      await db.run(`CREATE TEMP VIEW ${quoteName(name)} AS SELECT * FROM ${scan}`)
    }
    await checkQuery(
      db,
      sql,
      sources.map(({ name }) => name),
    )
    const view = quoteName('query of features')
    await db.run(`CREATE TEMP VIEW ${view} AS ${sql}`)
    const columns = chooseColumns(await describeTable(db, view), definition)
    await db.run(`CREATE TEMP TABLE ${computed} AS FROM ${view}`)
    return columns
  } catch (error) {
    throw ofFeatureSet(name, error)
  }
}

/** Makes the table that a script has written a table of the database. @throws INVALID_PARAMETER_VALUE */
export async function computeScript(
  db: Duckdb,
  name: string,
  output: { readonly path: string; readonly format: TableFormat },
  definition: FeatureSetDefinition,
): Promise<SetColumns> {
  try {
    const scan = await openScan(db, output.format, [output.path], 'output of the script')
    const columns = chooseColumns(await describeTable(db, scan), definition)
    await db.run(`CREATE TEMP TABLE ${computed} AS FROM ${scan}`)
    return columns
  } catch (error) {
    throw ofFeatureSet(name, error)
  }
}

function chooseColumns(
  columns: readonly ResultColumn[],
  { entities, timestamp, createdTimestamp }: FeatureSetDefinition,
): SetColumns {
  const where = 'Its table'
  const keys = entities.map((entity) => findColumn(columns, entity, where))
  for (const key of keys) checkKeyColumn(key, where)
  const time = findColumn(columns, timestamp, where)
  checkTimeColumn(time, where)
  const created = createdTimestamp === undefined ? undefined : findColumn(columns, createdTimestamp, where)
  if (created !== undefined) checkTimeColumn(created, where)
  const features = columns.filter((column) => ![...keys, time, created].includes(column))
  if (features.length > 0) return { keys, timestamp: time, createdTimestamp: created, features }
  throw new RunwrightError('INVALID_PARAMETER_VALUE', 'Its table has no features.', {
    hint: `It has ${listNames(columns)}: beside keys and times it needs a column that tells something.`,
  })
}

/**
 * Writes the rows of the computation that are somebody's and hold from a moment on, one a key and moment, in the order of
 * keys and moments. Of rows with equal keys and event time the one that was written last counts; of those the one whose
 * features, looked at in their order, are greater; a null is least of all.
 *
 * @param path absolute, of a Parquet file that is not there
 */
export async function writeTable(
  db: Duckdb,
  path: string,
  columns: SetColumns,
): Promise<DroppedRows & { readonly rowCount: number }> {
  const keys = columns.keys.map(({ name }) => quoteName(name))
  const moment = [...keys, quoteName(columns.timestamp.name)]
  const hasKey = keys.map((key) => `${key} IS NOT NULL`).join(' AND ')
  const isKept = `${hasKey} AND ${quoteName(columns.timestamp.name)} IS NOT NULL`
  const {
    rows: [counts = []],
  } = await db.run(
    `SELECT count(*), count(*) FILTER (${hasKey}), count(*) FILTER (${isKept}), ` +
      `(SELECT count(*) FROM (SELECT DISTINCT ${commaList(moment)} FROM ${computed} WHERE ${isKept})) FROM ${computed}`,
  )
  const [all = 0, withKey = 0, kept = 0, rowCount = 0] = counts.map(Number)
  const names = inOrder(columns).map(({ name }) => quoteName(name))
  // Only to tell equal moments apart does it matter how all the others compare.
  const only =
    rowCount === kept
      ? ''
      : `QUALIFY row_number() OVER (PARTITION BY ${commaList(moment)} ORDER BY ${lastFirst(columns)}) = 1`
  const select = `SELECT ${commaList(names)} FROM ${computed} WHERE ${isKept} ${only} ORDER BY ${commaList(moment)}`
  await db.run(copyTable(select, path, 'parquet'))
  await db.run(`DROP TABLE ${computed}`)
  return { rowCount, nullKeyCount: all - withKey, nullTimeCount: withKey - kept, duplicateCount: kept - rowCount }
}

function lastFirst({ createdTimestamp, features }: SetColumns): string {
  const compared = [...(createdTimestamp === undefined ? [] : [createdTimestamp]), ...features]
  return commaList(compared.map(({ name }) => `${quoteName(name)} DESC NULLS LAST`))
}

/** What is wrong, told of the feature set that it is wrong with. */
function ofFeatureSet(name: string, error: unknown): unknown {
  const isQuery = error instanceof QueryFailed
  if (!(error instanceof RunwrightError) || (error.code !== 'INVALID_PARAMETER_VALUE' && !isQuery)) return error
  const hint = isQuery ? hintFor(error) : error.hint
  const message = isQuery
    ? `Feature set "${name}" cannot be computed: ${error.sentence}`
    : `Feature set "${name}": ${error.message}`
  return new RunwrightError(error.code, message, { cause: error, ...(hint === undefined ? {} : { hint }) })
}

export function hintFor({ kind, hint }: QueryFailed): string | undefined {
  if (kind === 'Out of Memory') return 'Give it more with --memory, or let the query do less at once.'
  if (kind === 'Permission') return 'It reads the files under "sources" and no others.'
  return hint
}
