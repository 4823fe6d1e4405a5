import { lstat, readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { RunwrightError } from '../protocol/errors.ts'
import { integer, listOf, number, object, oneOf, type Parser, refuse, text, textAs } from '../protocol/parse.ts'
import type { ColumnStatistics } from './column-statistics.ts'

/** A version of a feature set that was computed; it stands beside its table as JSON. */
export interface BuiltVersion {
  readonly featureSet: string
  /** SHA-256 of the definition and of all that went in. */
  readonly version: string
  /** Milliseconds since 1970-01-01 UTC. */
  readonly builtTime: number
  readonly kind: 'query' | 'script'
  readonly sources: readonly BuiltFrom[]
  readonly table: { readonly sha256: string; readonly sizeBytes: number; readonly rowCount: number }
  /** Rows of the computation that are not in the table. */
  readonly dropped: DroppedRows
  /** Keys first, then event time, then created time, then features. */
  readonly columns: readonly ColumnStatistics[]
}

export interface BuiltFrom {
  /** As the query knows it; empty for a file that a script's command names. */
  readonly name: string
  readonly path: string
  readonly sha256: string
  readonly sizeBytes: number
}

export interface DroppedRows {
  /** They have no key, so they are nobody's. */
  readonly nullKeyCount: number
  /** They have a key, but hold from no moment on. */
  readonly nullTimeCount: number
  /** They have the key and event time of a row that was written later, or whose values are greater. */
  readonly duplicateCount: number
}

const tableFile = 'table.parquet'
const statisticsFile = 'statistics.json'

export interface VersionFiles {
  readonly folder: string
  readonly table: string
  readonly statistics: string
}

export function filesIn(folder: string): VersionFiles {
  return { folder, table: path.join(folder, tableFile), statistics: path.join(folder, statisticsFile) }
}

/** Where a version lies; the folder appears complete. `folder` is that of all feature sets. */
export function versionFiles(folder: string, featureSet: string, version: string): VersionFiles {
  return filesIn(path.join(folder, featureSet, version))
}

/** @throws STORAGE_READ_ONLY when a link came with the repository, through which would be written elsewhere */
export async function refuseLinks(folder: string, featureSet: string): Promise<void> {
  for (const place of [folder, path.join(folder, featureSet)]) {
    const entry = await lstat(place).catch(() => undefined)
    if (entry?.isSymbolicLink() !== true) continue
    throw new RunwrightError('STORAGE_READ_ONLY', `${place} is a symbolic link, so it is not written through.`, {
      hint: 'Remove the link.',
    })
  }
}

/** Undefined when it was not built, or is not all there. */
export async function findBuilt(
  folder: string,
  featureSet: string,
  version: string,
): Promise<BuiltVersion | undefined> {
  const { table, statistics } = versionFiles(folder, featureSet, version)
  await refuseLinks(folder, featureSet)
  try {
    const built = parseBuilt(JSON.parse(await readFile(statistics, 'utf8')), '')
    const entry = await lstat(table)
    return entry.isFile() && entry.size === built.table.sizeBytes && built.version === version ? built : undefined
  } catch {
    // Whatever is wrong with it, it can be built anew.
    return undefined
  }
}

/** The one that was built last comes first. */
export async function listBuilt(folder: string, featureSet: string): Promise<readonly BuiltVersion[]> {
  const names = await readdir(path.join(folder, featureSet)).catch(() => [])
  const versions = names.filter((name) => /^[0-9a-f]{64}$/.test(name))
  const found = await Promise.all(versions.map((version) => findBuilt(folder, featureSet, version)))
  return found.filter((built) => built !== undefined).toSorted((a, b) => b.builtTime - a.builtTime)
}

const count = integer(0, Number.MAX_SAFE_INTEGER)
const sha256 = textAs((given) => (/^[0-9a-f]{64}$/.test(given) ? given : undefined), 'expected a SHA-256')
const bound: Parser<number | string> = (value, path) => (typeof value === 'string' ? value : number(value, path))

const column: Parser<ColumnStatistics> = object(
  { name: text, type: text, nullCount: count, distinctCount: count },
  {
    nonFiniteCount: count,
    min: bound,
    max: bound,
    mean: number,
    std: number,
    histogram: object({ edges: listOf(bound, 1000), counts: listOf(count, 1000) }),
    topValues: listOf(object({ value: text, count }), 1000),
  },
)

const parsed: Parser<BuiltVersion> = object({
  featureSet: text,
  version: sha256,
  builtTime: number,
  kind: oneOf(['query', 'script']),
  sources: listOf(object({ name: text, path: text, sha256, sizeBytes: count }), 1_000_000),
  table: object({ sha256, sizeBytes: count, rowCount: count }),
  dropped: object({ nullKeyCount: count, nullTimeCount: count, duplicateCount: count }),
  columns: listOf(column, 100_000),
})

const parseBuilt: Parser<BuiltVersion> = (value, path) => {
  const built = parsed(value, path)
  return built.columns.length > 0 ? built : refuse(built.columns, 'columns', 'expected columns')
}
