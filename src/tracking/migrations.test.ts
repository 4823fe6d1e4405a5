import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { parseRunId } from '../protocol/ids.ts'
import { openSqlite } from '../store/sqlite.ts'
import { createTracking } from './create-tracking.ts'
import { trackingMigrations } from './migrations.ts'

const runId = parseRunId('a'.repeat(32))
const length = 50_000

/** Fills a store of the first version with one long series, as that version wrote it. */
async function writeFirstVersion(path: string): Promise<void> {
  await using database = await openSqlite({ path, migrations: trackingMigrations.slice(0, 1) })
  await database.write(async (sql) => {
    await sql.run(
      `insert into runs (id, run_id, experiment, name, user_id, start_time) values (1, ?, 0, 'old', 'ada', 5)`,
      runId ?? '',
    )
    await sql.run(`insert into params values (1, 'lr', '0.1')`)
    await sql.run(`insert into tags values (1, 'note', 'kept')`)
    await sql.run(
      `insert into series (id, run, key, step, timestamp, value) values (1, 1, 'loss', ?, 5, 'NaN')`,
      length,
    )
    await sql.run(
      `insert into points with recursive n(i) as (select 0 union all select i + 1 from n where i + 1 < ?)
         select 1, i, 5, case when i = 777 then 9e999 else i / 2.0 end from n`,
      length,
    )
    await sql.run(`insert into points values (1, ?, 5, 'NaN')`, length)
  })
}

it('a store that knew no chunks is read as it is, and brought up to date with progress, a piece at a time', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'runwright-migrations-'))
  t.after(() => rm(folder, { recursive: true }))
  const path = join(folder, 'store.db')
  await writeFirstVersion(path)

  await using database = await openSqlite({ path, migrations: trackingMigrations })
  const { runs, comparison } = createTracking({
    database,
    changed: () => {},
    now: () => 0,
    randomBytes: (sizeBytes) => new Uint8Array(sizeBytes),
  })
  assert.ok(runId !== undefined)
  const before = await runs.metricHistory(runId, 'loss')
  assert.equal(before.items.length, length + 1)

  const stopping = new AbortController()
  await comparison.seal(stopping.signal, () => stopping.abort())
  const progress: number[] = []
  await comparison.seal(new AbortController().signal, (left) => progress.push(left))
  assert.deepEqual(new Set(progress), new Set([1]))
  assert.deepEqual(await runs.metricHistory(runId, 'loss'), before)
  const loose = await database.read((sql) => sql.get('select count(*) as count from points'))
  assert.ok(Number(loose?.['count']) < 1024)
  const series = await database.read((sql) => sql.get('select min, max, experiment from series'))
  assert.deepEqual({ ...series }, { min: 0, max: (length - 1) / 2, experiment: 0 })

  const { metrics, params, tags } = await comparison.keys([(await runs.get(runId)).experimentId])
  assert.deepEqual([metrics, params, tags], [['loss'], ['lr'], ['note']])
})
