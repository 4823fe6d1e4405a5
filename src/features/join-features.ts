import { rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Duckdb, ResultColumn } from '../data/duckdb-process.ts'
import { QueryFailed } from '../data/query-failed.ts'
import { RunwrightError } from '../protocol/errors.ts'
import type { Built } from './build-features.ts'
import { describeEntityTable, findEntityTable } from './entity-table.ts'
import type { FeatureContext } from './feature-context.ts'
import type { FeatureReference } from './feature-reference.ts'
import { type EntityTable, selectJoined } from './join-sql.ts'
import type { NameStyle } from './joined-set.ts'
import { openTables } from './open-tables.ts'
import { buildAll, type JoinedVersion, joinFailed, planSets, runJoin } from './run-join.ts'
import { makeScratchFolder, syncFile } from './scratch-folder.ts'
import { copyTable, openScan, tableFormat, type WrittenFormat, writtenFormat } from './table-scan.ts'

export interface JoinRequest {
  readonly features: readonly FeatureReference[]
  /** Absolute path of the entity table: keys, event time, and labels or whatever else is to be kept. */
  readonly entityTable: string
  /** Column of the entity table. Default: `event_timestamp`, or else the only column of times. */
  readonly timestamp: string | undefined
  readonly names: NameStyle
  /** Absolute path; what is there is replaced. Its ending says what is written. */
  readonly output: string
}

export interface JoinResult {
  readonly rowCount: number
  readonly columns: readonly ResultColumn[]
  readonly timestamp: string
  readonly featureSets: readonly JoinedVersion[]
}

/** Key in the metadata of a Parquet file under which the versions stand that it was made from. */
const notesKey = 'runwright.featureSets'

/**
 * Makes a training set: to each row of the entity table the newest features of each set that held at the row's event time,
 * and nothing that came later. Sets that have changed are built first. The file is written complete or not at all.
 *
 * @throws what `buildFeatures` does; RESOURCE_DOES_NOT_EXIST without an entity table; INVALID_PARAMETER_VALUE for columns
 *   that are missing, clash or cannot be compared
 */
export async function joinFeatures(context: FeatureContext, request: JoinRequest): Promise<JoinResult> {
  const { entityTable, output } = request
  const entityPath = await findEntityTable(entityTable)
  const [given, format] = [tableFormat(entityTable), writtenFormat(output)]
  await checkOutput(output)
  const built = await buildAll(context, request.features)
  await using scratch = await makeScratchFolder(context.folder)
  const beside = `${output}.${path.basename(scratch.path)}`
  const tables = built.map(({ files }) => files.table)
  const where = `The table ${path.basename(entityTable)}`
  try {
    await using db = await openTables(context, scratch, [entityPath, ...tables, beside])
    const from = await openScan(db, given, [entityPath], 'entities')
    const entity = await describeEntityTable(db, from, request.timestamp, where)
    const result = await joinInto(db, context, built, entity, request, { path: beside, format })
    await syncFile(beside)
    if (context.signal.aborted) throw new RunwrightError('CANCELLED', 'Cancelled.')
    await rename(beside, output)
    return result
  } catch (error) {
    throw error instanceof QueryFailed ? joinFailed(`${where} cannot be joined`, error) : error
  } finally {
    await rm(beside, { force: true })
  }
}

async function joinInto(
  db: Duckdb,
  context: FeatureContext,
  built: readonly Built[],
  entity: EntityTable,
  { features, names }: JoinRequest,
  output: { readonly path: string; readonly format: WrittenFormat },
): Promise<JoinResult> {
  const sets = planSets(context, built, features, entity, names)
  for (const { featureSet } of built) context.progress({ featureSet, stage: 'join' })
  const joined = await runJoin(db, entity, sets, built)
  const select = selectJoined(entity, sets)
  const { columns } = await db.run(`SELECT * FROM (${select}) LIMIT 0`)
  const versions = Object.fromEntries(built.map(({ featureSet, version }) => [featureSet, version]))
  await db.run(copyTable(select, output.path, output.format, { [notesKey]: JSON.stringify(versions) }))
  return { ...joined, columns, timestamp: entity.timestamp.name }
}

/** Before anything is computed for it. */
async function checkOutput(output: string): Promise<void> {
  const folder = await stat(path.dirname(output)).catch(() => undefined)
  if (folder?.isDirectory() !== true) {
    throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `There is no folder ${path.dirname(output)} to write to.`)
  }
  const present = await stat(output).catch(() => undefined)
  if (present === undefined || present.isFile()) return
  throw new RunwrightError('INVALID_PARAMETER_VALUE', `${output} is no file, so it is not replaced.`)
}
