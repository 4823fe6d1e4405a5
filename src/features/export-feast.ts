import { createHash } from 'node:crypto'
import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { isSameColumn } from '../protocol/feature-sets.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { type Built, buildFeatures } from './build-features.ts'
import { type FeatureView, type TypedField, writeRegistry } from './feast/registry.ts'
import { toValueType } from './feast/value-type.ts'
import { type FeatureContext, findFeatureSet } from './feature-context.ts'
import { openTables } from './open-tables.ts'
import { makeScratchFolder } from './scratch-folder.ts'
import { quoteName } from './sql-text.ts'
import { copyTable, scanTable } from './table-scan.ts'

export interface FeastExport {
  /** Feature sets by name. */
  readonly featureSets: readonly string[]
  /** Absolute path of a folder; what Feast calls a feature repository. */
  readonly folder: string
  /** Feast's name for it: letters, digits and `_`. */
  readonly project: string
}

export interface ExportedView {
  readonly featureSet: string
  readonly version: string
  /** From the folder. */
  readonly path: string
}

const settingsFile = 'feature_store.yaml'
const registryFile = 'data/registry.db'
const heading = '# Written by "runwright features export"; written again, it is replaced.\n'

/**
 * Writes feature sets as a feature repository of Feast: feature views with their tables as Parquet files, a registry, and
 * settings for Feast's local provider. The registry appears last, so that who reads meanwhile reads the one before.
 *
 * @throws what `buildFeatures` does; RESOURCE_ALREADY_EXISTS for a repository that Runwright has not written;
 *   INVALID_PARAMETER_VALUE for a type of column that Feast does not have
 */
export async function exportFeast(
  context: FeatureContext,
  { featureSets, folder, project }: FeastExport,
): Promise<readonly ExportedView[]> {
  if (!/^[A-Za-z0-9]\w*$/.test(project)) throw badProject(project)
  await refuseForeign(folder)
  const built: Built[] = []
  for (const name of featureSets) built.push(await buildFeatures(context, name))
  const views = built.map((each) => toView(context, each))
  const entities = listEntities(views)
  await mkdir(path.join(folder, 'data'), { recursive: true })
  for (const [index, view] of views.entries()) {
    const each = built[index]
    if (each !== undefined) await writeView(context, each, view, path.join(folder, view.path))
  }
  const versionId = createHash('sha256')
    .update(built.map(({ version }) => version).join())
    .digest('hex')
    .slice(0, 32)
  await writeBeside(path.join(folder, settingsFile), settings(project))
  await writeBeside(path.join(folder, registryFile), writeRegistry(project, views, entities, versionId))
  return built.map(({ featureSet, version }, index) => ({ featureSet, version, path: views[index]?.path ?? '' }))
}

async function refuseForeign(folder: string): Promise<void> {
  const present = await readFile(path.join(folder, settingsFile), 'utf8').catch(() => undefined)
  const registry = await open(path.join(folder, registryFile)).catch(() => undefined)
  await registry?.close()
  if (present === undefined ? registry === undefined : present.startsWith(heading)) return
  throw new RunwrightError(
    'RESOURCE_ALREADY_EXISTS',
    `${folder} is a feature repository that Runwright has not written.`,
    {
      hint: 'Name another folder: its registry would be replaced.',
    },
  )
}

function toView(context: FeatureContext, { featureSet, version, columns, builtTime }: Built): FeatureView {
  const definition = findFeatureSet(context, featureSet)
  const { entities, timestamp, createdTimestamp } = definition
  const typed = (name: string): TypedField => {
    const column = columns.find((each) => isSameColumn(each.name, name))
    const valueType = toValueType(column?.type ?? '')
    if (column !== undefined && valueType !== undefined) return { name: column.name, valueType }
    const message = `Feature set "${featureSet}": column "${name}" holds ${column?.type ?? 'nothing'}, which Feast does not have.`
    throw new RunwrightError('INVALID_PARAMETER_VALUE', message, {
      hint: 'Cast it in the query, to VARCHAR for example.',
    })
  }
  const special = [...entities, timestamp, ...(createdTimestamp === undefined ? [] : [createdTimestamp])]
  const features = columns.filter(({ name }) => !special.some((each) => isSameColumn(each, name)))
  return {
    name: featureSet,
    description: definition.description,
    owner: definition.owner,
    tags: { runwright_version: version },
    keys: entities.map(typed),
    features: features.map(({ name }) => typed(name)),
    timestamp: typed(timestamp).name,
    createdTimestamp: createdTimestamp === undefined ? undefined : typed(createdTimestamp).name,
    ttlSeconds: definition.ttlSeconds ?? 0,
    // Each version has a file of its own: the registry that is there goes on to name the one before.
    path: `data/${featureSet}-${version.slice(0, 12)}.parquet`,
    createdTime: builtTime,
  }
}

/** @throws INVALID_PARAMETER_VALUE when two sets have one key by two types */
function listEntities(views: readonly FeatureView[]): readonly TypedField[] {
  const entities = new Map<string, TypedField>()
  for (const key of views.flatMap(({ keys }) => keys)) {
    const known = entities.get(key.name)
    if (known !== undefined && known.valueType !== key.valueType) {
      throw new RunwrightError(
        'INVALID_PARAMETER_VALUE',
        `Key "${key.name}" has two types, and Feast has one for each.`,
        {
          hint: 'Cast it in one of the queries.',
        },
      )
    }
    entities.set(key.name, key)
  }
  return [...entities.values()]
}

/** Feast compares times with a zone, to the microsecond. */
async function writeView(context: FeatureContext, built: Built, view: FeatureView, target: string): Promise<void> {
  await using scratch = await makeScratchFolder(context.folder)
  const beside = `${target}.${path.basename(scratch.path)}`
  const times = [view.timestamp, ...(view.createdTimestamp === undefined ? [] : [view.createdTimestamp])]
  const replaced = times.map(
    (name) => `CAST(CAST(${quoteName(name)} AS TIMESTAMP) AS TIMESTAMPTZ) AS ${quoteName(name)}`,
  )
  const select = `SELECT * REPLACE (${replaced.join(', ')}) FROM ${scanTable('parquet', [built.files.table])}`
  try {
    await using db = await openTables(context, scratch, [built.files.table, beside])
    await db.run(copyTable(select, beside, 'parquet'))
    await rename(beside, target)
  } finally {
    await rm(beside, { force: true })
  }
}

async function writeBeside(target: string, content: string | Uint8Array): Promise<void> {
  const beside = `${target}.${process.pid}.new`
  await writeFile(beside, content, { flush: true })
  await rename(beside, target)
}

function settings(project: string): string {
  return `${heading}project: ${project}
provider: local
registry: ${registryFile}
online_store:
  type: sqlite
  path: data/online_store.db
entity_key_serialization_version: 3
`
}

function badProject(project: string): RunwrightError {
  return new RunwrightError('INVALID_PARAMETER_VALUE', `"${project}" is no name of a Feast project.`, {
    hint: 'It has letters, digits and "_": name one with --project.',
  })
}
