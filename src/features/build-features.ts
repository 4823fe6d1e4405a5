import { rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Duckdb } from '../data/duckdb-process.ts'
import { isTrackedByGit } from '../git/git-index.ts'
import type { FeatureSetDefinition } from '../protocol/feature-sets.ts'
import type { BuiltVersion } from '../protocol/feature-versions.ts'
import { hashFile } from '../store/hash-file.ts'
import { filesIn, findBuilt, refuseLinks, type VersionFiles, versionFiles } from './built-version.ts'
import { computeStatistics } from './column-statistics.ts'
import { computeQuery, computeScript, inOrder, type SetColumns, writeTable } from './compute-table.ts'
import { type FeatureContext, findFeatureSet } from './feature-context.ts'
import { featureVersion } from './feature-version.ts'
import { openTables } from './open-tables.ts'
import { runScript } from './run-script.ts'
import { makeScratchFolder, type ScratchFolder, syncFile } from './scratch-folder.ts'
import { checkUnchanged, hashSource, loadSources, type Source, type SourceFile } from './sources.ts'
import { scanTable, sniffTableFormat } from './table-scan.ts'

/** What a feature set would be computed from, and its name. */
export interface PlannedVersion {
  readonly version: string
  readonly sources: readonly Source[]
  /** Files of the repository that a script's command names. */
  readonly scriptFiles: readonly SourceFile[]
}

export interface Built extends BuiltVersion {
  readonly files: VersionFiles
  /** It was not there before. */
  readonly isNew: boolean
}

/**
 * The version that a feature set has now; nothing is computed.
 *
 * @throws RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE, PERMISSION_DENIED as its definition or sources are wrong
 */
export async function planVersion(context: FeatureContext, name: string): Promise<PlannedVersion> {
  const definition = findFeatureSet(context, name)
  const { root, signal } = context
  context.progress({ featureSet: name, stage: 'hash' })
  const sources = await loadSources(root, definition, signal)
  const scriptFiles = await hashScript(context, definition)
  return { version: featureVersion(definition, sources, scriptFiles), sources, scriptFiles }
}

/** A word of the command that is a file of the repository, as in `python features/embed.py`, is part of the definition. */
async function hashScript(
  { root, signal }: FeatureContext,
  { computation }: FeatureSetDefinition,
): Promise<readonly SourceFile[]> {
  if (computation.kind !== 'script') return []
  const files: SourceFile[] = []
  for (const word of computation.command) {
    const isFile = await stat(path.join(root, word)).then(
      (entry) => entry.isFile(),
      () => false,
    )
    if (isFile && !path.isAbsolute(word)) files.push(await hashSource(root, word, signal))
  }
  return files
}

/**
 * Computes a feature set, if its version is not there yet. The version appears complete or not at all.
 *
 * @throws what `planVersion` does; INVALID_PARAMETER_VALUE for a query or table that is none of a feature set,
 *   INVALID_STATE for a script that fails, CANCELLED
 */
export async function buildFeatures(context: FeatureContext, name: string): Promise<Built> {
  const { folder } = context
  const planned = await planVersion(context, name)
  const files = versionFiles(folder, name, planned.version)
  const present = await findSound(context, name, planned.version)
  if (present !== undefined) return { ...present, files, isNew: false }
  await refuseLinks(folder, name)
  await using scratch = await makeScratchFolder(path.join(folder, name))
  const made = await makeVersion(context, name, planned, scratch)
  await rm(scratch.spill, { recursive: true })
  // Another process may have been first, with the same.
  const theirs = await findSound(context, name, planned.version)
  if (theirs !== undefined) return { ...theirs, files, isNew: false }
  await rm(files.folder, { recursive: true, force: true })
  await rename(scratch.path, files.folder)
  return { ...made, files, isNew: true }
}

/** It is there, with every byte, and was made here: what git brought along could hold anything. */
async function findSound({ folder }: FeatureContext, name: string, version: string): Promise<BuiltVersion | undefined> {
  const built = await findBuilt(folder, name, version)
  if (built === undefined) return undefined
  const { table, statistics } = versionFiles(folder, name, version)
  if ((await isTrackedByGit(table)) || (await isTrackedByGit(statistics))) return undefined
  return (await hashFile(table)) === built.table.sha256 ? built : undefined
}

async function makeVersion(
  context: FeatureContext,
  name: string,
  planned: PlannedVersion,
  scratch: ScratchFolder,
): Promise<BuiltVersion> {
  const definition = findFeatureSet(context, name)
  const files = filesIn(scratch.path)
  const sourceFiles = planned.sources.flatMap((source) => source.files)
  context.progress({ featureSet: name, stage: 'compute' })
  const output = await runItsScript(context, name, definition, scratch)
  const read = output === undefined ? sourceFiles.map(({ realPath }) => realPath) : [output]
  await using db = await openTables(context, scratch, [...read, files.table])
  const columns = await compute(db, name, definition, planned, output)
  const { rowCount, ...dropped } = await writeTable(db, files.table, columns)
  await syncFile(files.table)
  await checkUnchanged([...sourceFiles, ...planned.scriptFiles])
  if (output !== undefined) await rm(output)
  context.progress({ featureSet: name, stage: 'statistics' })
  const built: BuiltVersion = {
    featureSet: name,
    version: planned.version,
    builtTime: context.now(),
    kind: definition.computation.kind,
    sources: listSources(planned),
    table: { ...(await digest(files.table)), rowCount },
    dropped,
    columns: await computeStatistics(db, scanTable('parquet', [files.table]), inOrder(columns)),
  }
  await writeFile(files.statistics, `${JSON.stringify(built, undefined, 2)}\n`, { flush: true })
  return built
}

/** @returns absolute path of what it has written */
async function runItsScript(
  { root, signal, progress }: FeatureContext,
  name: string,
  { computation }: FeatureSetDefinition,
  scratch: ScratchFolder,
): Promise<string | undefined> {
  if (computation.kind !== 'script') return undefined
  const output = path.join(scratch.path, 'output.parquet')
  const print = (text: string) => progress({ featureSet: name, stage: 'compute', output: text })
  await runScript({ command: computation.command, cwd: root, output, print, signal })
  return output
}

async function compute(
  db: Duckdb,
  name: string,
  definition: FeatureSetDefinition,
  { sources }: PlannedVersion,
  output: string | undefined,
): Promise<SetColumns> {
  const { computation } = definition
  if (computation.kind === 'query') return await computeQuery(db, name, computation.sql, definition, sources)
  if (output === undefined) throw new Error('A script was not run.')
  return await computeScript(db, name, { path: output, format: await sniffTableFormat(output) }, definition)
}

function listSources({ sources, scriptFiles }: PlannedVersion): BuiltVersion['sources'] {
  return [{ name: '', files: scriptFiles }, ...sources].flatMap(({ name, files }) =>
    files.map(({ path, sha256, sizeBytes }) => ({ name, path, sha256, sizeBytes })),
  )
}

async function digest(file: string): Promise<{ sha256: string; sizeBytes: number }> {
  return { sha256: await hashFile(file), sizeBytes: (await stat(file)).size }
}
