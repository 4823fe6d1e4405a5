import { realpath, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { type Duckdb, openDuckdb, type ResultColumn } from '../data/duckdb-process.ts'
import { QueryFailed } from '../data/query-failed.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { type Built, buildFeatures } from './build-features.ts'
import { describeTable, findColumn, listNames } from './columns.ts'
import { hintFor } from './compute-table.ts'
import type { FeatureContext } from './feature-context.ts'
import type { FeatureReference } from './feature-reference.ts'
import { countJoined, type EntityTable, type JoinedSet, joinSql, selectJoined } from './join-sql.ts'
import { type NameStyle, planJoinedSet, refuseClashes } from './joined-set.ts'
import { makeScratchFolder, syncFile } from './scratch-folder.ts'
import { copyTable, scanTable, tableFormat } from './table-scan.ts'
import { checkTimeColumn, timeUnit } from './time-column.ts'

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

/** A set as it was joined. */
export interface JoinedVersion {
  readonly featureSet: string
  readonly version: string
  /** Rows of the entity table that have features of this set. */
  readonly matchedCount: number
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
  const entityPath = await findEntityTable(request.entityTable)
  const [entityFormat, format] = [tableFormat(request.entityTable), tableFormat(request.output)]
  await checkOutput(request.output)
  const built = await buildAll(context, request.features)
  await using scratch = await makeScratchFolder(context.folder)
  const output = `${request.output}.${path.basename(scratch.path)}`
  const where = `The table ${path.basename(request.entityTable)}`
  const tables = built.map(({ files }) => files.table)
  const { memoryBytes, threads, signal } = context
  const settings = {
    allowedPaths: [entityPath, ...tables, output],
    memoryBytes,
    threads,
    temporaryFolder: scratch.spill,
  }
  try {
    await using db = await openDuckdb(context.duckdb, settings, signal)
    const entity = await describeEntityTable(db, scanTable(entityFormat, [entityPath]), request.timestamp, where)
    const sets = planSets(context, built, request.features, entity, request.names)
    for (const featureSet of built) context.progress({ featureSet: featureSet.featureSet, stage: 'join' })
    const { rowCount, featureSets } = await runJoin(db, entity, sets, built)
    const versions = Object.fromEntries(built.map(({ featureSet, version }) => [featureSet, version]))
    const select = selectJoined(entity, sets)
    const { columns } = await db.run(`SELECT * FROM (${select}) LIMIT 0`)
    await db.run(copyTable(select, output, format, { [notesKey]: JSON.stringify(versions) }))
    await putInPlace(output, request.output, signal)
    return { rowCount, columns, timestamp: entity.timestamp.name, featureSets }
  } catch (error) {
    throw error instanceof QueryFailed ? joinFailed(`${where} cannot be joined`, error) : error
  } finally {
    await rm(output, { force: true })
  }
}

async function findEntityTable(file: string): Promise<string> {
  const real = await realpath(file).catch(() => undefined)
  if (real !== undefined && (await stat(real)).isFile()) return real
  throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `There is no table ${file}.`, {
    hint: 'Name a file with keys and event times: Parquet, CSV or JSON lines.',
  })
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

export async function buildAll(
  context: FeatureContext,
  references: readonly FeatureReference[],
): Promise<readonly Built[]> {
  const built: Built[] = []
  for (const { featureSet } of references) built.push(await buildFeatures(context, featureSet))
  return built
}

async function describeEntityTable(
  db: Duckdb,
  from: string,
  timestamp: string | undefined,
  where: string,
): Promise<EntityTable> {
  const columns = await describeTable(db, from)
  return { from, columns, timestamp: chooseTimestamp(columns, timestamp, where), where }
}

function chooseTimestamp(columns: readonly ResultColumn[], named: string | undefined, where: string): ResultColumn {
  const usual = columns.find(({ name }) => name.toLowerCase() === 'event_timestamp')
  const times = columns.filter(({ type }) => timeUnit(type) !== undefined)
  const only = times.length === 1 ? times[0] : undefined
  const chosen = named === undefined ? (usual ?? only) : findColumn(columns, named, where)
  if (chosen === undefined) {
    throw new RunwrightError('INVALID_PARAMETER_VALUE', `${where} has no column "event_timestamp".`, {
      hint: `Name the column of event times with --timestamp. It has ${listNames(columns)}.`,
    })
  }
  // JSON has no times, so they are texts there.
  if (chosen.type !== 'VARCHAR') checkTimeColumn(chosen, where)
  return chosen
}

export function planSets(
  context: FeatureContext,
  built: readonly Built[],
  references: readonly FeatureReference[],
  entity: EntityTable,
  names: NameStyle,
): readonly JoinedSet[] {
  const sets = built.flatMap((each) => {
    const reference = references.find(({ featureSet }) => featureSet === each.featureSet)
    return reference === undefined ? [] : [planJoinedSet(context, each, reference, entity, names)]
  })
  refuseClashes(
    entity,
    sets.map((set, index) => [built[index]?.featureSet ?? '', set]),
  )
  return sets
}

export async function runJoin(
  db: Duckdb,
  entity: EntityTable,
  sets: readonly JoinedSet[],
  built: readonly Built[],
): Promise<Pick<JoinResult, 'rowCount' | 'featureSets'>> {
  await db.run(joinSql(entity, sets))
  const { rows } = await db.run(countJoined(sets))
  const [rowCount = 0, ...matched] = (rows[0] ?? []).map(Number)
  return {
    rowCount,
    featureSets: built.map(({ featureSet, version }, index) => ({
      featureSet,
      version,
      matchedCount: matched[index] ?? 0,
    })),
  }
}

async function putInPlace(beside: string, output: string, signal: AbortSignal): Promise<void> {
  await syncFile(beside)
  if (signal.aborted) throw new RunwrightError('CANCELLED', 'Cancelled.')
  await rename(beside, output)
}

export function joinFailed(what: string, error: QueryFailed): RunwrightError {
  const hint = hintFor(error)
  return new RunwrightError(error.code, `${what}: ${error.sentence}`, {
    cause: error,
    ...(hint === undefined ? {} : { hint }),
  })
}
