import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { Int64, Table, tableToIPC, Utf8, vectorFromArray } from 'apache-arrow'
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

  it('of Arrow are compared, with each other and with other formats', async () => {
    const [csv, arrow, stream] = [join(folder, 'old.csv'), join(folder, 'old.arrow'), join(folder, 'new.arrows')]
    const table = (ids: number[]) =>
      new Table({
        id: vectorFromArray(ids.map(BigInt), new Int64()),
        name: vectorFromArray(
          ids.map((id) => `n${id}`),
          new Utf8(),
        ),
      })
    await writeFile(arrow, tableToIPC(table([1, 2, 3]), 'file'))
    await writeFile(stream, tableToIPC(table([2, 3, 4, 5]), 'stream'))
    await writeFile(csv, 'id,name\n1,n1\n2,n2\n3,n3\n')
    for (const old of [arrow, csv]) {
      const [before, now] = [old, stream].map((path) => ({ name: basename(path), path, sizeBytes: 1 }))
      const content = await diffContent({ old: before, now, tableKey: [] }, work)
      assert.ok(content.kind === 'table' && content.format === 'arrow', JSON.stringify(content))
      const { key, added, removed, changed, unchanged } = content.rows ?? assert.fail()
      assert.deepEqual([key, added, removed, changed, unchanged], [['id'], 2, 1, 0, 2])
      assert.deepEqual(
        content.columns.map(({ state }) => state),
        ['kept', 'kept'],
      )
    }
  })

  it('that are none are said to be so', async () => {
    for (const name of ['none.parquet', 'none.jsonl', 'none.csv.gz', 'none.feather']) {
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

  for (const [what, query] of [
    [
      'a dictionary of a text that each of many rows has',
      "SELECT i AS id, repeat('x', 1000000) AS t FROM range(2000) r(i)",
    ],
    ['a page of texts larger than memory', "SELECT i AS id, repeat('x', 400000000) AS t FROM range(2) r(i)"],
  ] as const) {
    it(`of Parquet whose few kilobytes are ${what} are refused, with the reason`, async () => {
      const path = join(folder, 'bomb.parquet')
      await writeTable(path, query, 'FORMAT parquet, COMPRESSION zstd')
      const bytes = await readFile(path)
      assert.ok(bytes.length < 64 << 10)
      const content = await diffOne('bomb.parquet', bytes)
      assert.ok(content.kind === 'opaque' && content.why === 'unreadable', JSON.stringify(content).slice(0, 300))
      assert.match(content.reason, /a part of it unpacks to more than 1 GiB/)
    })
  }

  it('of Parquet whose few bytes are millions of rows are read in bounded memory', async () => {
    const path = join(folder, 'rows.parquet')
    const count = 10_000_000
    await writeTable(path, `SELECT 7 AS a FROM range(${count}) r(i)`, `FORMAT parquet, ROW_GROUP_SIZE ${count}`)
    const bytes = await readFile(path)
    assert.ok(bytes.length < 1024)
    const content = await diffOne('rows.parquet', bytes)
    assert.ok(content.kind === 'table' && content.new?.rowCount === count, JSON.stringify(content).slice(0, 300))
  })

  it('of Parquet whose pages claim other sizes than they have are refused', async () => {
    const path = join(folder, 'claims.parquet')
    await writeTable(
      path,
      "SELECT i AS id, 'x' || i AS t FROM range(100000) r(i)",
      'FORMAT parquet, COMPRESSION snappy',
    )
    const whole = await readFile(path)
    const footer = whole.readUInt32LE(whole.length - 8)
    for (const length of [whole.length, 0x7fffffff, 0xffffffff]) {
      const claiming = Buffer.from(whole)
      claiming.writeUInt32LE(length, whole.length - 8)
      assert.equal((await diffOne('claims.parquet', claiming)).kind, 'opaque')
    }
    // The header of the first page begins with its kind and its two sizes, as numbers of several bytes each: the first of
    // them becomes the largest that as many bytes can tell.
    const claiming = Buffer.from(whole)
    let at = 7
    while ((claiming[at] ?? 0) >= 0x80) claiming[at++] = 0xfe
    claiming[at] = 0x7f
    const { kind } = await diffOne('claims.parquet', claiming)
    assert.ok(footer < whole.length && (kind === 'opaque' || kind === 'table'))
  })

  it('that unpack into one line without an end are refused', async () => {
    const line = Buffer.alloc(64 << 20, 'x')
    for (const [name, start] of [
      ['line.csv.gz', 'a,b\n1,'],
      ['line.jsonl.gz', '{"a":"'],
    ] as const) {
      const content = await diffOne(name, gzipSync(Buffer.concat([Buffer.from(start), line]), { level: 1 }))
      assert.ok(content.kind === 'opaque' && content.why === 'unreadable', JSON.stringify(content).slice(0, 300))
      assert.match(content.reason, /size.* of \d+ bytes exceeded/)
    }
  })

  it('lead to no other file', async () => {
    const [path, other] = [join(folder, 'allowed.csv'), join(folder, 'secret.csv')]
    await Promise.all([writeFile(path, 'a\n1\n'), writeFile(other, 'a\n1\n')])
    await withTables([path], work, async (database) => {
      await assert.rejects(database.loadArrow(other, 'secret'), { kind: 'Permission' })
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
