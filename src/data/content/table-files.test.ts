import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { diffContent } from './file-content.ts'
import { withTables } from './table-database.ts'
import { writeTable } from './write-table.ts'

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runwright-table-files-'))
})
after(() => rm(folder, { recursive: true, force: true }))

const work = { signal: new AbortController().signal, progress: () => undefined }

describe('files of tables', () => {
  const query = (more: string) => `SELECT i AS id, 'name ' || i AS name, i / 2 AS x FROM range(100) r(i) ${more}`
  const formats: readonly (readonly [name: string, format: string, options: string])[] = [
    ['t.parquet', 'parquet', 'FORMAT parquet'],
    ['t.csv', 'csv', 'FORMAT csv, HEADER'],
    ['t.csv.gz', 'csv', 'FORMAT csv, HEADER, COMPRESSION gzip'],
    ['t.tsv', 'tsv', "FORMAT csv, HEADER, DELIMITER '\t'"],
    ['t.jsonl', 'json-lines', 'FORMAT json'],
    ['t.csv.zst', 'csv', 'FORMAT csv, HEADER, COMPRESSION zstd'],
  ]
  for (const [name, format, options] of formats) {
    it(`named ${name} are read from a cache, where they have other names`, async () => {
      const [old, now] = [join(folder, `${'a'.repeat(30)}`), join(folder, `${'b'.repeat(30)}`)]
      await writeTable(old, query('WHERE i > 0'), options)
      await writeTable(now, query('WHERE i < 98'), options)
      const file = (path: string) => ({ name, path, sizeBytes: 1 })
      const content = await diffContent({ old: file(old), now: file(now), tableKey: [] }, work)
      assert.ok(content.kind === 'table', JSON.stringify(content))
      assert.deepEqual(
        [content.format, content.rows?.key, content.rows?.added, content.rows?.removed],
        [format, ['id'], 1, 2],
      )
    })
  }

  async function diffOne(name: string, bytes: string | Uint8Array) {
    const path = join(folder, name)
    await writeFile(path, bytes)
    return diffContent({ old: undefined, now: { name, path, sizeBytes: bytes.length }, tableKey: [] }, work)
  }

  it('of Arrow say that they are not read', async () => {
    const content = await diffOne('t.arrow', 'ARROW1')
    assert.ok(content.kind === 'opaque' && content.why === 'unsupported')
  })

  it('that are none are said to be so', async () => {
    for (const name of ['none.parquet', 'none.jsonl', 'none.csv.gz']) {
      const content = await diffOne(name, 'this is no table of that kind')
      assert.ok(content.kind === 'opaque' && content.why === 'unreadable', `${name}: ${JSON.stringify(content)}`)
      assert.match(content.reason, new RegExp(`^${name} cannot be read as a table`))
    }
  })

  it('with lines of other lengths are read as text', async () => {
    const lines = Array.from({ length: 30_000 }, (_, index) => `${index},${index}`).join('\n')
    const content = await diffOne('ragged.csv', `id,n\n${lines}\nx\n1,2,3\n`)
    assert.ok(content.kind === 'table', JSON.stringify(content))
    assert.ok((content.new?.rowCount ?? 0) >= 30_000)
    assert.match(content.notes.join(), /was read as text throughout/)
  })

  it('with a line of 10 GB are refused', async () => {
    for (const [name, start] of [
      ['line.csv', 'a,b\n1,'],
      ['line.jsonl', '{"a":"'],
    ] as const) {
      const path = join(folder, name)
      await writeFile(path, start)
      await truncate(path, 10 * 2 ** 30)
      const file = { name, path, sizeBytes: 10 * 2 ** 30 }
      const content = await diffContent({ old: undefined, now: file, tableKey: [] }, work)
      assert.ok(content.kind === 'opaque' && content.why === 'unreadable', JSON.stringify(content).slice(0, 500))
      assert.match(content.reason, /size.* of \d+ bytes exceeded/)
    }
  })

  it('that bring DuckDB down cost its process alone', async () => {
    const content = await diffOne('deep.jsonl', `{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}\n`)
    assert.ok(content.kind === 'opaque' && content.why === 'unreadable', JSON.stringify(content).slice(0, 500))
  })

  it('whose bytes were changed are read or refused', async () => {
    const path = join(folder, 'whole.parquet')
    await writeTable(path, "SELECT i AS id, 'x' || i AS t, [i] AS l FROM range(1000) r(i)", 'FORMAT parquet')
    const whole = await readFile(path)
    for (const place of [4, 400, whole.length - 200, whole.length - 8, whole.length - 2]) {
      const damaged = Buffer.from(whole)
      damaged.fill(0xa5, place, place + 2)
      const { kind } = await diffOne('damaged.parquet', damaged)
      assert.ok(kind === 'opaque' || kind === 'table')
    }
  })

  it('that unpack into much more than they are take bounded memory', async () => {
    const packed = gzipSync(Buffer.alloc(40 << 20, '1,2\n'), { level: 1 })
    const content = await diffOne('bomb.csv.gz', packed)
    assert.ok(
      content.kind === 'table' && content.new?.rowCount === (40 << 20) / 4,
      JSON.stringify(content).slice(0, 300),
    )
  })

  it('lead to no other file', async () => {
    const [path, other] = [join(folder, 'allowed.csv'), join(folder, 'secret.csv')]
    await Promise.all([writeFile(path, 'a\n1\n'), writeFile(other, 'a\n1\n')])
    await withTables([path], work, async (database) => {
      assert.equal((await database.query(`SELECT * FROM read_csv('${path}')`)).length, 1)
      for (const sql of [
        `SELECT * FROM read_csv('${other}')`,
        `COPY (SELECT 1) TO '${other}'`,
        `ATTACH '${other}'`,
        'INSTALL httpfs',
        "LOAD '/tmp/x.duckdb_extension'",
        'SET enable_external_access = true',
        "SELECT * FROM read_csv('https://localhost/a.csv')",
      ]) {
        await assert.rejects(database.query(sql), sql)
      }
    })
  })
})
