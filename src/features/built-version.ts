import { lstat, readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { RunwrightError } from '../protocol/errors.ts'
import { type BuiltVersion, parseBuiltVersion } from '../protocol/feature-versions.ts'

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
    const built = parseBuiltVersion(JSON.parse(await readFile(statistics, 'utf8')), '')
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
