import { readdir, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import { mapConcurrently } from '../base/map-concurrently.ts'
import type { FeatureSetDefinition } from '../protocol/feature-sets.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { hashFile } from '../store/hash-file.ts'
import { findTableFormat, tableFormat, type TableFormat } from './table-scan.ts'

/** A file that a feature set is computed from. */
export interface SourceFile {
  /** From the repository's root, with `/` between components. */
  readonly path: string
  /** Absolute, with no link in it. */
  readonly realPath: string
  readonly sizeBytes: number
  readonly sha256: string
  /** Changes when the file does. */
  readonly identity: string
}

/** What a name in a query stands for. */
export interface Source {
  readonly name: string
  readonly format: TableFormat
  readonly files: readonly SourceFile[]
}

const maxFiles = 100_000

/**
 * The files of a set's sources, with their hashes.
 *
 * @param root absolute path of the repository, with no link in it
 * @throws RESOURCE_DOES_NOT_EXIST for a file that is not there, INVALID_PARAMETER_VALUE for one that is no table,
 *   PERMISSION_DENIED for one outside of the repository
 */
export async function loadSources(
  root: string,
  { sources }: FeatureSetDefinition,
  signal: AbortSignal,
): Promise<readonly Source[]> {
  const named = Object.entries(sources).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return await mapConcurrently(named, 1, async ([name, paths]) => {
    const found = (await mapConcurrently(paths, 1, (file) => listTables(root, file))).flat()
    const formats = [...new Set(found.map(tableFormat))]
    const [format] = formats
    if (format === undefined) throw noTables(name, paths)
    if (formats.length > 1) throw mixed(name, formats)
    return { name, format, files: await mapConcurrently(found, 4, (file) => hashSource(root, file, signal)) }
  })
}

/** A file; of a folder all the tables in it, in the order of their names. */
async function listTables(root: string, file: string): Promise<readonly string[]> {
  const entry = await stat(await resolveInside(root, file))
  if (!entry.isDirectory()) return [file]
  const names = await readdir(path.join(root, file), { recursive: true })
  const files = names.map((name) => path.posix.join(file, name.replaceAll(path.sep, '/')))
  const tables = files.filter((name) => findTableFormat(name) !== undefined).toSorted()
  if (tables.length <= maxFiles) return tables
  throw new RunwrightError('INVALID_PARAMETER_VALUE', `${file} holds ${tables.length} tables, more than ${maxFiles}.`)
}

/**
 * Where a path of the repository leads: every link is followed, and must not lead out.
 *
 * @throws RESOURCE_DOES_NOT_EXIST, PERMISSION_DENIED
 */
export async function resolveInside(root: string, file: string): Promise<string> {
  const real = await realpath(path.join(root, file)).catch(() => undefined)
  if (real === undefined) throw await notThere(root, file)
  const inside = path.relative(root, real)
  if (inside !== '..' && !inside.startsWith(`..${path.sep}`) && !path.isAbsolute(inside)) return real
  throw new RunwrightError('PERMISSION_DENIED', `${file} leads out of the repository, to ${real}.`, {
    hint: 'A feature set reads files of its own repository only.',
  })
}

/** @throws as `resolveInside` does, and CANCELLED */
export async function hashSource(root: string, file: string, signal: AbortSignal): Promise<SourceFile> {
  const realPath = await resolveInside(root, file)
  const identity = await identify(realPath)
  const sha256 = await hashFile(realPath, signal).catch((cause: unknown) => {
    if (cause instanceof RunwrightError) throw cause
    throw new RunwrightError('PERMISSION_DENIED', `${file} cannot be read.`, { cause })
  })
  const { size } = await stat(realPath)
  return { path: file, realPath, sizeBytes: size, sha256, identity }
}

/** @throws RESOURCE_CONFLICT when one of them is no longer what was hashed */
export async function checkUnchanged(files: readonly SourceFile[]): Promise<void> {
  for (const file of files) {
    if ((await identify(file.realPath).catch(() => '')) === file.identity) continue
    throw new RunwrightError('RESOURCE_CONFLICT', `${file.path} was changed while it was read.`, {
      hint: 'Try again when nothing writes to it.',
    })
  }
}

async function identify(realPath: string): Promise<string> {
  const { dev, ino, size, mtimeNs, ctimeNs } = await stat(realPath, { bigint: true })
  return [dev, ino, size, mtimeNs, ctimeNs].join(':')
}

async function notThere(root: string, file: string): Promise<RunwrightError> {
  const isTracked = await stat(path.join(root, `${file}.dvc`)).then(
    () => true,
    () => false,
  )
  return new RunwrightError('RESOURCE_DOES_NOT_EXIST', `There is no ${file} in the repository.`, {
    hint: isTracked ? 'Its version is tracked: "runwright data pull" fetches it.' : 'Paths begin at runwright.yaml.',
  })
}

function noTables(name: string, paths: readonly string[]): RunwrightError {
  return new RunwrightError('RESOURCE_DOES_NOT_EXIST', `Source "${name}" has no table: ${paths.join(', ')} holds none.`)
}

function mixed(name: string, formats: readonly TableFormat[]): RunwrightError {
  return new RunwrightError('INVALID_PARAMETER_VALUE', `Source "${name}" mixes ${formats.join(' and ')}.`, {
    hint: 'Make it a source for each kind of file.',
  })
}
