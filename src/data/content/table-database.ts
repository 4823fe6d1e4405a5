import { existsSync } from 'node:fs'
import { mkdtemp, realpath, rm, stat } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { NodeCommand } from '../../base/node-command.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import { type CellValue, openDuckdb } from '../duckdb-process.ts'
import { QueryFailed } from '../query-failed.ts'
import type { Work } from '../work.ts'

export type TableRow = Readonly<Record<string, CellValue>>

/** DuckDB in a process of its own, which can do nothing but read the files it was opened for. */
export interface TableDatabase {
  run(sql: string): Promise<void>
  /** Rows by column; BIGINT and wider come as text. Results are small: counts, examples, names. */
  query(sql: string): Promise<readonly TableRow[]>
  /** Makes a table of a file of Arrow that it was opened for. */
  loadArrow(path: string, relation: string): Promise<void>
  /** Where a file that it was opened for lies, with links resolved. */
  pathOf(path: string): string
}

const memoryBytes = 1 << 30
/** A file of some megabytes may unpack to more than any disk holds. */
const temporaryBytes = 16 * 2 ** 30
const timeoutMs = 600_000
const bytesPerThread = 96 << 20
const maxThreads = 4

/**
 * Opens a database for some files and ends its process afterwards, however that goes.
 *
 * @param paths absolute paths of files; DVC may have made links to its cache of them
 * @throws what `work` throws; CANCELLED when the signal came; RESOURCE_DOES_NOT_EXIST for a path that leads nowhere; NOT_IMPLEMENTED where DuckDB cannot be loaded; BAD_REQUEST
 *   after ten minutes; INVALID_STATE when the process was killed
 */
export async function withTables<Result>(
  paths: readonly string[],
  { signal }: Pick<Work, 'signal'>,
  work: (database: TableDatabase) => Promise<Result>,
): Promise<Result> {
  if (signal.aborted) throw new RunwrightError('CANCELLED', 'Cancelled.')
  const real = new Map(await Promise.all(paths.map(async (path) => [path, await resolveLinks(path)] as const)))
  await using cleanup = new AsyncDisposableStack()
  const temporaryFolder = await mkdtemp(join(tmpdir(), 'runwright-table-'))
  cleanup.defer(() => rm(temporaryFolder, { recursive: true, force: true, maxRetries: 5 }))
  const settings = {
    allowedPaths: [...real.values()],
    memoryBytes,
    threads: await chooseThreads([...real.values()]),
    temporaryFolder,
    temporaryBytes,
  }
  const timeout = AbortSignal.timeout(timeoutMs)
  try {
    const duckdb = cleanup.use(await openDuckdb(findCommand(), settings, AbortSignal.any([signal, timeout])))
    return await work({
      async run(sql) {
        await duckdb.run(sql)
      },
      async query(sql) {
        const { columns, rows } = await duckdb.run(sql)
        return rows.map((row) => Object.fromEntries(columns.map(({ name }, index) => [name, row[index] ?? null])))
      },
      loadArrow: (path, relation) => duckdb.loadArrow(real.get(path) ?? path, relation),
      pathOf: (path) => real.get(path) ?? path,
    })
  } catch (error) {
    if (signal.aborted || !timeout.aborted) throw explainBound(error)
    throw new RunwrightError('BAD_REQUEST', `Reading the table took more than ${timeoutMs / 60_000} minutes.`)
  }
}

/** A file of some kilobytes may claim pages, lists and texts of any size: what DuckDB says then is about its own settings. */
function explainBound(error: unknown): unknown {
  const reason = error instanceof QueryFailed ? findBound(error) : undefined
  return reason === undefined
    ? error
    : new RunwrightError('BAD_REQUEST', `The table cannot be read: ${reason}`, { cause: error })
}

/** Which bound a file goes beyond, as the end of a sentence; undefined for any other error. */
export function findBound({ kind, said }: QueryFailed): string | undefined {
  if (said.includes('max_temp_directory_size')) return `it unpacks to more than ${temporaryBytes / 2 ** 30} GiB.`
  return kind === 'Out of Memory' ? `a part of it unpacks to more than ${memoryBytes / 2 ** 30} GiB.` : undefined
}

/** Two threads need a fifth more of the processors for the same work, and save a fraction of a second where it is little. */
async function chooseThreads(paths: readonly string[]): Promise<number> {
  const sizes = await Promise.all(paths.map(async (path) => (await stat(path)).size))
  const wanted = Math.ceil(sizes.reduce((sum, size) => sum + size, 0) / bytesPerThread)
  return Math.max(1, Math.min(maxThreads, availableParallelism(), wanted))
}

async function resolveLinks(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch (cause) {
    throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `${path} is not there.`, { cause })
  }
}

/** Bundles lie side by side; the sources do not. */
function findCommand(): NodeCommand {
  const bundled = fileURLToPath(new URL('duckdb-worker.js', import.meta.url))
  const main = existsSync(bundled) ? bundled : fileURLToPath(new URL('../duckdb/worker.ts', import.meta.url))
  const env = process.versions['electron'] === undefined ? {} : { ELECTRON_RUN_AS_NODE: '1' }
  return { file: process.execPath, args: [main], env }
}

/** A count or another number of a row, however DuckDB gives it; null for no value and for none that is finite. */
export function numberOf(row: TableRow | undefined, name: string): number | null {
  const value = row?.[name]
  const number = typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN
  return Number.isFinite(number) ? number : null
}

export function countOf(row: TableRow | undefined, name: string): number {
  return numberOf(row, name) ?? 0
}

export function textOf(row: TableRow | undefined, name: string): string | null {
  const value = row?.[name]
  return value === null || value === undefined ? null : typeof value === 'string' ? value : JSON.stringify(value)
}
