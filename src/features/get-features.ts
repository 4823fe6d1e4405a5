import type { CellValue, Duckdb, ResultColumn } from '../data/duckdb-process.ts'
import { QueryFailed } from '../data/query-failed.ts'
import { isSameColumn } from '../protocol/feature-sets.ts'
import { RunwrightError } from '../protocol/errors.ts'
import type { Built } from './build-features.ts'
import { findColumn } from './columns.ts'
import { type FeatureContext, findFeatureSet } from './feature-context.ts'
import type { FeatureReference } from './feature-reference.ts'
import { type EntityTable, selectJoined } from './join-sql.ts'
import type { NameStyle } from './joined-set.ts'
import { openTables } from './open-tables.ts'
import { buildAll, type JoinedVersion, joinFailed, planSets, runJoin } from './run-join.ts'
import { makeScratchFolder } from './scratch-folder.ts'
import { commaList, quoteName } from './sql-text.ts'
import { scanTable } from './table-scan.ts'

export interface GetRequest {
  readonly features: readonly FeatureReference[]
  /** Values of keys by their names. Without any: of all that the sets know. */
  readonly entity: Readonly<Record<string, string>>
  /** In ISO 8601, by UTC where it has no zone: what held then, and nothing that came later. */
  readonly at: string
  readonly names: NameStyle
  /** How many rows are given at most. */
  readonly maxRows: number
}

export interface GetResult {
  readonly columns: readonly ResultColumn[]
  /** In the order of the keys; numbers where they are exact as such. */
  readonly rows: readonly (readonly CellValue[])[]
  readonly featureSets: readonly JoinedVersion[]
}

/**
 * The features that held at a moment, as a model is served with them. They come by the same join as those it was trained
 * with.
 *
 * @throws what `buildFeatures` does; INVALID_PARAMETER_VALUE for a key that is missing or not of its type
 */
export async function getFeatures(context: FeatureContext, request: GetRequest): Promise<GetResult> {
  const built = await buildAll(context, request.features)
  const keys = listKeys(context, built, request.entity)
  await using scratch = await makeScratchFolder(context.folder)
  const tables = built.map(({ files }) => files.table)
  await using db = await openTables(context, scratch, tables)
  try {
    const entity = await makeEntityTable(db, context, built, keys, request)
    const sets = planSets(context, built, request.features, entity, request.names)
    const { featureSets, rowCount } = await runJoin(db, entity, sets, built)
    if (rowCount > request.maxRows) throw tooMany(rowCount, request.maxRows)
    const { columns, rows } = await db.run(selectJoined(entity, sets), [], request.maxRows)
    // The moment is the same for all.
    const without = <T>(values: readonly T[]) => values.toSpliced(keys.length, 1)
    return { columns: without(columns), rows: rows.map((row) => without(toNumbers(row, columns))), featureSets }
  } catch (error) {
    throw error instanceof QueryFailed ? joinFailed('These features cannot be found', error) : error
  }
}

function tooMany(rowCount: number, maxRows: number): RunwrightError {
  return new RunwrightError(
    'INVALID_PARAMETER_VALUE',
    `There are features of ${rowCount} entities, more than ${maxRows}.`,
    {
      hint: 'Say whose features are wanted, or join them to a table of keys and times.',
    },
  )
}

/** Keys of all sets, each once, with the type that the first set has it by. */
function listKeys(
  context: FeatureContext,
  built: readonly Built[],
  entity: Readonly<Record<string, string>>,
): readonly ResultColumn[] {
  const keys: ResultColumn[] = []
  for (const { featureSet, columns } of built) {
    for (const name of findFeatureSet(context, featureSet).entities) {
      if (!keys.some((key) => isSameColumn(key.name, name))) keys.push(findColumn(columns, name, featureSet))
    }
  }
  const names = Object.keys(entity)
  if (names.length === 0) return keys
  const missing = keys.find(({ name }) => !names.some((given) => isSameColumn(given, name)))
  const unknown = names.find((given) => !keys.some(({ name }) => isSameColumn(given, name)))
  if (missing === undefined && unknown === undefined) return keys
  const wrong = missing === undefined ? `There is no key "${unknown ?? ''}".` : `Key "${missing.name}" is missing.`
  throw new RunwrightError('INVALID_PARAMETER_VALUE', wrong, {
    hint: `Keys of these feature sets: ${keys.map(({ name }) => name).join(', ')}.`,
  })
}

const momentColumn = 'event_timestamp of the request'

async function makeEntityTable(
  db: Duckdb,
  context: FeatureContext,
  built: readonly Built[],
  keys: readonly ResultColumn[],
  { entity, at }: GetRequest,
): Promise<EntityTable> {
  const moment = `CAST($1::TIMESTAMPTZ AS TIMESTAMP) AS ${quoteName(momentColumn)}`
  const given = keys.map(({ name }) => Object.entries(entity).find(([key]) => isSameColumn(key, name))?.[1] ?? null)
  const values = keys.map(({ name, type }, index) => `CAST($${index + 2}::VARCHAR AS ${type}) AS ${quoteName(name)}`)
  if (Object.keys(entity).length > 0) {
    await db.run(`CREATE TEMP TABLE requested AS SELECT ${commaList([...values, moment])}`, [at, ...given])
  } else {
    const all = selectAllKeys(context, built, keys)
    await db.run(`CREATE TEMP TABLE requested AS SELECT *, ${moment} FROM (${all})`, [at])
  }
  const timestamp = { name: momentColumn, type: 'TIMESTAMP' }
  return { from: 'requested', columns: [...keys, timestamp], timestamp, where: 'The request' }
}

/** @throws INVALID_PARAMETER_VALUE when the sets are not about the same entities */
function selectAllKeys(context: FeatureContext, built: readonly Built[], keys: readonly ResultColumn[]): string {
  const other = built.find(({ featureSet }) => findFeatureSet(context, featureSet).entities.length !== keys.length)
  if (other !== undefined) {
    throw new RunwrightError('INVALID_PARAMETER_VALUE', 'These feature sets have different keys.', {
      hint: `Say whose features are wanted, for example --entity ${keys[0]?.name ?? 'KEY'}=…`,
    })
  }
  const names = commaList(keys.map(({ name }) => quoteName(name)))
  const each = built.map(({ files }) => `SELECT ${names} FROM ${scanTable('parquet', [files.table])}`)
  return `SELECT DISTINCT * FROM (${each.join(' UNION ALL ')}) ORDER BY ${names}`
}

/** DuckDB writes integers beyond 32 bits and decimals as text, so that none is rounded. */
function toNumbers(row: readonly CellValue[], columns: readonly ResultColumn[]): readonly CellValue[] {
  return row.map((value, index) => {
    if (typeof value !== 'string' || !/^(U?\w*INT|DECIMAL\(.*)$/.test(columns[index]?.type ?? '')) return value
    const number = Number(value)
    return Number.isSafeInteger(number) || (value.includes('.') && value.length < 16) ? number : value
  })
}
