import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { SampleTable } from '../compress/sample-table.ts'
import { openDuckdb } from '../data/duckdb-process.ts'
import type { CliContext } from './context.ts'

const memoryBytes = 512 * 2 ** 20

/**
 * A Parquet file as samples, read in a process that can open nothing else.
 *
 * @throws QueryFailed when it is no Parquet file, here and while it is read; NOT_IMPLEMENTED where DuckDB cannot be loaded
 */
export async function openParquetSamples(
  { duckdb, signal }: Pick<CliContext, 'duckdb' | 'signal'>,
  path: string,
): Promise<SampleTable> {
  await using cleanup = new AsyncDisposableStack()
  const temporaryFolder = await mkdtemp(join(tmpdir(), 'runwright-samples-'))
  cleanup.defer(() => rm(temporaryFolder, { recursive: true, force: true, maxRetries: 5 }))
  const file = await realpath(path)
  const settings = { allowedPaths: [file], memoryBytes, threads: Math.min(4, availableParallelism()), temporaryFolder }
  const database = cleanup.use(await openDuckdb(duckdb, settings, signal))
  const source = `read_parquet('${file.replaceAll("'", "''")}', file_row_number = true)`
  const counted = await database.run(`SELECT count(*) FROM ${source}`)
  const { columns } = await database.run(`SELECT * EXCLUDE (file_row_number) FROM ${source} LIMIT 0`)
  const owned = cleanup.move()
  return {
    name: basename(path),
    columns: columns.map(({ name }) => name),
    count: Number(counted.rows[0]?.[0]),
    async readRows(start, count) {
      // Row groups that have none of the rows are passed over.
      const sql = `SELECT * EXCLUDE (file_row_number) FROM ${source}
        WHERE file_row_number >= ${start} AND file_row_number < ${start + count} ORDER BY file_row_number`
      return (await database.run(sql, [], count)).rows
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
