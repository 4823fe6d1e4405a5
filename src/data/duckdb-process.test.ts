import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { NodeCommand } from '../base/node-command.ts'
import { type Duckdb, openDuckdb } from './duckdb-process.ts'
import { QueryFailed } from './query-failed.ts'

const command: NodeCommand = {
  file: process.execPath,
  args: [fileURLToPath(new URL('duckdb/worker.ts', import.meta.url))],
  env: {},
}

describe('DuckDB in a process of its own', { timeout: 300_000 }, () => {
  let folder: string
  const open = (
    allowed: readonly string[] = [],
    memoryBytes = 256 * 2 ** 20,
    signal = new AbortController().signal,
    temporaryBytes = 2 ** 40,
  ) =>
    openDuckdb(
      command,
      {
        allowedPaths: allowed.map((name) => path.join(folder, name)),
        memoryBytes,
        threads: 1,
        temporaryFolder: path.join(folder, 'spill'),
        temporaryBytes,
      },
      signal,
    )
  before(async () => {
    folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'runwright-duckdb-')))
    await mkdir(path.join(folder, 'spill'))
    await mkdir(path.join(folder, 'it’s a folder'))
    await writeFile(path.join(folder, "it’s a folder/o'clock.csv"), 'a,b\n1,x\n2,y\n')
    await writeFile(path.join(folder, 'secret.csv'), 'a\n1\n')
    await symlink(path.join(folder, 'secret.csv'), path.join(folder, 'link.csv'))
  })
  after(() => rm(folder, { recursive: true, force: true }))

  it('answers statements with their columns, types and values', async () => {
    await using db = await open(["it’s a folder/o'clock.csv"])
    const file = path.join(folder, "it’s a folder/o'clock.csv").replaceAll("'", "''")
    assert.deepEqual(await db.run(`SELECT a, b FROM read_csv('${file}') WHERE a > $1 ORDER BY a`, [1]), {
      columns: [
        { name: 'a', type: 'BIGINT' },
        { name: 'b', type: 'VARCHAR' },
      ],
      rows: [['2', 'y']],
    })
    const { rows } = await db.run(`SELECT TIMESTAMPTZ '2024-01-01 02:00:00+02' = TIMESTAMP '2024-01-01 00:00:00'`)
    assert.deepEqual(rows, [[true]], 'a time without a zone is in UTC')
  })

  it('reads and writes no file that it was not told of, and lets no statement change that', async () => {
    await using db = await open(['out.parquet'])
    await db.run(`COPY (SELECT 1 AS a) TO '${folder}/out.parquet'`)
    for (const statement of [
      `SELECT * FROM read_csv('/etc/passwd')`,
      `SELECT * FROM read_text('${folder}/secret.csv')`,
      `SELECT * FROM '${folder}/secret.csv'`,
      `SELECT * FROM read_csv('${folder}/link.csv')`,
      `SELECT * FROM glob('${folder}/*')`,
      `SELECT * FROM read_csv('https://example.org/a.csv')`,
      `COPY (SELECT 1) TO '${folder}/beside.csv'`,
      `COPY (SELECT 1) TO '${folder}/out.parquet/../beside.csv'`,
      `ATTACH '${folder}/beside.db'`,
      `EXPORT DATABASE '${folder}/all'`,
      'INSTALL httpfs',
      'LOAD httpfs',
      'SET enable_external_access = true',
      `SET allowed_paths = ['/etc/passwd']`,
      `SET memory_limit = '100GB'`,
      `SET TimeZone = 'Asia/Tokyo'`,
      'RESET memory_limit',
    ]) {
      await assert.rejects(db.run(statement), QueryFailed, statement)
    }
    await assert.rejects(open(['link.csv']), { code: 'PERMISSION_DENIED' })
    const present = await readdir(folder)
    assert.deepEqual(present.toSorted(), ['it’s a folder', 'link.csv', 'out.parquet', 'secret.csv', 'spill'])
    assert.equal(await readFile(path.join(folder, 'secret.csv'), 'utf8'), 'a\n1\n')
  })

  it('sorts what is wrong with a statement, and names what may have been meant', async () => {
    await using db = await open()
    await assert.rejects(db.run('SELECT priec FROM (SELECT 1 AS price)'), (error) => {
      assert.ok(error instanceof QueryFailed)
      assert.deepEqual(
        [error.kind, error.sentence, error.hint],
        ['Binder', 'Referenced column "priec" not found in FROM clause!', 'Candidate bindings: "price"'],
      )
      return true
    })
    await assert.rejects(db.run('SELECT * FROM range(11)', [], 10), /more than 10 rows/)
    assert.equal((await db.run('SELECT * FROM range(10)', [], 10)).rows.length, 10)
  })

  it('goes to the disk with what its memory does not hold', async () => {
    await using db = await open([], 64 * 2 ** 20)
    const numbers = 'SELECT hash(range) AS h, range AS n FROM range(8000000) ORDER BY h'
    await db.run(`CREATE TEMP TABLE big AS ${numbers}`)
    assert.deepEqual((await db.run('SELECT count(*)::INT FROM big')).rows, [[8_000_000]])
  })

  it('goes to the disk with no more than it may', async () => {
    await using db = await open([], 64 * 2 ** 20, new AbortController().signal, 4 * 2 ** 20)
    const numbers = 'SELECT hash(range) AS h, range AS n FROM range(8000000) ORDER BY h'
    await assert.rejects(db.run(`CREATE TEMP TABLE big AS ${numbers}`), (error) => {
      assert.ok(error instanceof QueryFailed)
      assert.equal(error.kind, 'Out of Memory')
      assert.match(error.message, /4\.0 MiB/)
      return true
    })
    assert.deepEqual((await db.run('SELECT 1::INT')).rows, [[1]])
  })

  it('is killed by its signal in the middle of a statement', async () => {
    const cancel = new AbortController()
    const db = await open([], undefined, cancel.signal)
    const endless = endlessQuery(db)
    cancel.abort()
    await assert.rejects(endless, { code: 'CANCELLED' })
    await assert.rejects(db.run('SELECT 1'), { code: 'CANCELLED' })
    await db[Symbol.asyncDispose]()
    await assert.rejects(open([], undefined, cancel.signal), { code: 'CANCELLED' })
    const late = new AbortController()
    const opening = assert.rejects(open([], undefined, late.signal), { code: 'CANCELLED' })
    late.abort()
    await opening
  })

  it('is killed when it is disposed of, and says so to who waits', async () => {
    const db = await open()
    const { rows } = await db.run('SELECT 1')
    assert.deepEqual(rows, [[1]])
    const endless = assert.rejects(endlessQuery(db), { code: 'INVALID_STATE' })
    await db[Symbol.asyncDispose]()
    await endless
  })

  it('ends with its parent, in the middle of a statement', async () => {
    const child = fork(command.args[0] ?? '', { stdio: 'ignore' })
    const settings = { allowedPaths: [], memoryBytes: 2 ** 26, threads: 2, temporaryFolder: folder }
    child.send({ kind: 'open', id: 1, settings })
    await once(child, 'message')
    child.send({ kind: 'run', id: 2, sql: endless, params: [], maxRows: 1 })
    const ended = once(child, 'exit')
    child.disconnect()
    assert.deepEqual(await ended, [null, 'SIGKILL'])
  })

  it('says why it cannot be started', async () => {
    const settings = { allowedPaths: [], memoryBytes: 2 ** 26, threads: 1, temporaryFolder: folder }
    const { signal } = new AbortController()
    await assert.rejects(openDuckdb({ ...command, file: path.join(folder, 'no-node') }, settings, signal), /ENOENT/)
    const broken = { ...command, args: ['--eval', 'throw new TypeError("no DuckDB here")'] }
    await assert.rejects(openDuckdb(broken, settings, signal), /ended by itself \(1\): TypeError: no DuckDB here/)
    const absent = { ...command, args: ['--input-type=module', '--eval', 'await import("@duckdb/absent")'] }
    await assert.rejects(openDuckdb(absent, settings, signal), { code: 'NOT_IMPLEMENTED', hint: /'@duckdb\/absent'/ })
  })
})

const endless = 'SELECT count(*) FROM range(1000000000000) a, range(1000000) b WHERE (a.range * b.range) % 7 = 3'

function endlessQuery(db: Duckdb): Promise<unknown> {
  return db.run(endless)
}
