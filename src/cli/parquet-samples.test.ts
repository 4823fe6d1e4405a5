import assert from 'node:assert/strict'
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { NodeCommand } from '../base/node-command.ts'
import { openSampleData } from '../compress/open-sample-data.ts'
import { openDuckdb } from '../data/duckdb-process.ts'
import { openParquetSamples } from './parquet-samples.ts'

const duckdb: NodeCommand = {
  file: process.execPath,
  args: [fileURLToPath(new URL('../data/duckdb/worker.ts', import.meta.url))],
  env: {},
}

describe('samples in a Parquet file', { timeout: 300_000 }, () => {
  const { signal } = new AbortController()
  const openParquet = (path: string) => openParquetSamples({ duckdb, signal }, path)
  let folder: string
  let path: string
  before(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'runwright-parquet-samples-')))
    path = join(folder, 'it’s data.parquet')
    const settings = { allowedPaths: [path], memoryBytes: 2 ** 28, threads: 1, temporaryFolder: folder }
    await using database = await openDuckdb(duckdb, settings, signal)
    await database.run(`COPY (
      SELECT [[range * 1.0, 2], [3, 4]] AS image, range::BIGINT + 9007199254740992 AS id,
             CASE WHEN range % 2 = 0 THEN 'even' ELSE 'odd' END AS labels
      FROM range(5000)) TO '${path}'`)
  })
  after(() => rm(folder, { recursive: true, force: true }))

  it('are lists and numbers by the names of the inputs, in the order of the file', async () => {
    const inputs = [
      { name: 'image', dtype: 'float32', dims: ['N', 2, 2] },
      { name: 'id', dtype: 'int64', dims: ['N'] },
    ] as const
    await using data = await openSampleData(path, inputs, { openParquet })
    assert.deepEqual([data.count, data.hasLabels, data.name], [5000, true, 'it’s data.parquet'])
    const batches = await Array.fromAsync(data.batches(1999))
    assert.deepEqual(
      batches.map(({ count }) => count),
      [1999, 1999, 1002],
    )
    assert.deepEqual(batches[1]?.feeds.get('image')?.dims, [1999, 2, 2])
    assert.deepEqual(batches[1]?.feeds.get('image')?.data.slice(0, 5), Float32Array.of(1999, 2, 3, 4, 2000))
    assert.deepEqual(batches[2]?.feeds.get('id')?.data.slice(-1), BigInt64Array.of(9007199254745991n))
    assert.deepEqual(batches[0]?.labels?.data.slice(0, 2), ['even', 'odd'])
  })

  it('say what of them is none', async () => {
    const none = [{ name: 'nothing', dtype: 'float32', dims: ['N', 3] }] as const
    await assert.rejects(openSampleData(path, none, { openParquet }), /has 2 columns, and the model takes 3/)
    await writeFile(join(folder, 'broken.parquet'), 'no table')
    await assert.rejects(openSampleData(join(folder, 'broken.parquet'), none, { openParquet }), /DuckDB: /)
    await assert.rejects(openSampleData(path, none), { code: 'NOT_IMPLEMENTED' })
  })
})
