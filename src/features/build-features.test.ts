import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, globSync } from 'node:fs'
import { readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'
import { tableFromArrays, tableToIPC } from 'apache-arrow'
import { openDuckdb } from '../data/duckdb-process.ts'
import { buildFeatures } from './build-features.ts'
import { listBuilt } from './built-version.ts'
import type { FeatureContext } from './feature-context.ts'
import { openTestFeatures, testDuckdb, type TestFeatures } from './test-context.ts'

const clicks = {
  entities: 'uid',
  timestamp: 'ts',
  sources: { events: 'data/events.csv' },
  query: 'SELECT uid, ts, clicks FROM events',
}

describe('a feature set', { timeout: 300_000 }, () => {
  let features: TestFeatures
  let eventsFile: string
  before(async () => {
    features = await openTestFeatures()
    eventsFile = await features.write(
      'data/events.csv',
      'uid,ts,clicks,created\n' +
        'b,2024-01-02T00:00:00Z,2.5,1\nb,2024-01-01T00:00:00Z,1,1\na,2024-01-01T00:00:00Z,,1\n' +
        ',2024-01-01T00:00:00Z,7,1\na,,8,1\n,,9,1\nb,2024-01-01T00:00:00Z,0.5,2\n',
    )
  })
  after(() => features[Symbol.asyncDispose]())

  it('is computed once for the same definition and sources, with the hash of all that went in as its version', async () => {
    const context = await features.context({ clicks })
    const built = await buildFeatures(context, 'clicks')
    assert.equal(built.isNew, true)
    assert.deepEqual(built.dropped, { nullKeyCount: 2, nullTimeCount: 1, duplicateCount: 1 })
    assert.deepEqual(built.sources, [
      { name: 'events', path: 'data/events.csv', sha256: await sha256(eventsFile), sizeBytes: 172 },
    ])
    assert.equal(built.table.sha256, await sha256(built.files.table))
    const read = await readTable(built.files.table)
    assert.deepEqual(read, [
      ['a', '2024-01-01 00:00:00+00', null],
      ['b', '2024-01-01 00:00:00+00', 1],
      ['b', '2024-01-02 00:00:00+00', 2.5],
    ])
    const again = await buildFeatures(await features.context({ clicks }), 'clicks')
    assert.deepEqual([again.isNew, again.version, again.builtTime], [false, built.version, built.builtTime])
    await rm(built.files.folder, { recursive: true })
    const anew = await buildFeatures(context, 'clicks')
    assert.deepEqual([anew.isNew, anew.version, anew.table.sha256], [true, built.version, built.table.sha256])
  })

  it('is computed from Arrow files, as one source, and from what a script writes as Arrow', async () => {
    const rows = {
      uid: ['a', 'b'],
      ts: [new Date('2024-01-01'), new Date('2024-01-02')],
      clicks: new Int32Array([1, 2]),
    }
    await features.write('arrow/1.arrow', tableToIPC(tableFromArrays(rows), 'file'))
    await features.write('arrow/2.feather', tableToIPC(tableFromArrays({ ...rows, uid: ['c', 'd'] }), 'file'))
    await features.write(
      'features/copy.mjs',
      'process.argv[2] && (await import("node:fs")).copyFileSync("arrow/1.arrow", process.argv[2])',
    )
    const context = await features.context({
      arrow: { ...clicks, sources: { events: 'arrow' } },
      copied: { entities: 'uid', timestamp: 'ts', script: [process.execPath, 'features/copy.mjs', '{output}'] },
    })
    const read = async (name: string) => {
      const built = await buildFeatures(context, name)
      return (await readTable(built.files.table)).map(([uid, , count]) => [uid, count])
    }
    assert.deepEqual(await read('arrow'), [
      ['a', 1],
      ['b', 2],
      ['c', 1],
      ['d', 2],
    ])
    assert.deepEqual(await read('copied'), [
      ['a', 1],
      ['b', 2],
    ])
  })

  it('has another version when what it follows from changes, and only then', async () => {
    const version = async (changed: object) =>
      (await buildFeatures(await features.context({ clicks: { ...clicks, ...changed } }), 'clicks')).version
    const first = await version({})
    assert.equal(await version({ description: 'other', owner: 'other' }), first)
    assert.equal(await version({ query: `${clicks.query}\n\n` }), first)
    const others = await Promise.all([
      version({ query: 'SELECT uid, ts, clicks + 1 AS clicks FROM events' }),
      version({ ttl: '1d' }),
      version({ sources: { events: ['data/events.csv', 'data/events.csv'] } }),
    ])
    assert.equal(new Set([first, ...others]).size, 4)
    await features.write('moved/copy.csv', await readFile(eventsFile))
    assert.equal(await version({ sources: { events: 'moved/copy.csv' } }), first, 'where a file lies says nothing')
    await features.write('moved/copy.csv', 'uid,ts,clicks\na,2024-01-01T00:00:00Z,1\n')
    assert.notEqual(await version({ sources: { events: 'moved' } }), first)
    const built = await listBuilt((await features.context({})).folder, 'clicks')
    assert.equal(built.length, 5)
    assert.ok(built.every((each, index) => index === 0 || each.builtTime <= (built[index - 1]?.builtTime ?? 0)))
  })

  it('keeps of rows with one key and moment the one that was written last', async () => {
    const context = await features.context({
      clicks: {
        ...clicks,
        createdTimestamp: 'written',
        query: 'SELECT uid, ts, to_timestamp(created) AS written, clicks FROM events',
      },
    })
    const { files } = await buildFeatures(context, 'clicks')
    assert.deepEqual(
      (await readTable(files.table)).map(([user, , , count]) => [user, count]),
      [
        ['a', null],
        ['b', 0.5],
        ['b', 2.5],
      ],
    )
  })

  it('has statistics of each column', async () => {
    await features.write(
      'data/wide.jsonl',
      [
        { k: 1, t: '2024-01-01T00:00:00', x: 1, b: true, s: 'é', l: [1] },
        { k: 2, t: '2024-01-03T00:00:00', x: 3, b: false, s: 'b', l: [1, 2] },
        { k: 3, t: '2024-01-02T00:00:00', x: 2, b: null, s: 'b', l: null },
        { k: 4, t: '2024-01-01T00:00:00', x: null, b: true, s: null, l: [1] },
      ]
        .map((row) => JSON.stringify(row))
        .join('\n'),
    )
    const wide = {
      entities: 'k',
      timestamp: 't',
      sources: { wide: 'data/wide.jsonl' },
      query: `SELECT *, CASE k::INTEGER WHEN 1 THEN 'NaN'::DOUBLE WHEN 2 THEN 'inf'::DOUBLE WHEN 3 THEN 1e308 ELSE -1e308 END AS y,
              0.5::DECIMAL(4, 2) AS same, CAST(NULL AS INTEGER) AS nothing FROM wide`,
    }
    const { columns } = await buildFeatures(await features.context({ wide }), 'wide')
    const byName = Object.fromEntries(columns.map(({ name, ...rest }) => [name, rest]))
    const { histogram: ofX, ...x } = byName['x'] ?? assert.fail()
    assert.deepEqual(x, {
      type: 'BIGINT',
      nullCount: 1,
      distinctCount: 3,
      nonFiniteCount: 0,
      min: 1,
      max: 3,
      mean: 2,
      std: 1,
    })
    assert.deepEqual([ofX?.edges.length, ofX?.edges[0], ofX?.edges[10], ofX?.edges[20]], [21, 1, 2, 3])
    assert.deepEqual(
      ofX?.counts.flatMap((count, bin) => (count > 0 ? [[bin, count]] : [])),
      [
        [0, 1],
        [10, 1],
        [19, 1],
      ],
    )
    assert.deepEqual(byName['s'], {
      type: 'VARCHAR',
      nullCount: 1,
      distinctCount: 2,
      min: 'b',
      max: 'é',
      topValues: [
        { value: 'b', count: 2 },
        { value: 'é', count: 1 },
      ],
    })
    assert.deepEqual([byName['t']?.min, byName['t']?.max], ['2024-01-01T00:00:00.000Z', '2024-01-03T00:00:00.000Z'])
    assert.deepEqual(
      [byName['t']?.histogram?.counts[0], byName['t']?.histogram?.edges[10]],
      [2, '2024-01-02T00:00:00.000Z'],
    )
    assert.deepEqual([byName['y']?.nonFiniteCount, byName['y']?.min, byName['y']?.max], [2, -1e308, 1e308])
    assert.deepEqual(
      byName['y']?.histogram?.counts.filter((count) => count > 0),
      [1, 1],
    )
    assert.deepEqual(byName['same']?.histogram, { edges: [0.5, 0.5], counts: [4] })
    assert.deepEqual(byName['nothing'], { type: 'INTEGER', nullCount: 4, distinctCount: 0, nonFiniteCount: 0 })
    assert.deepEqual(byName['l'], { type: 'BIGINT[]', nullCount: 1, distinctCount: 2 })
    assert.deepEqual(byName['b']?.topValues, [
      { value: 'true', count: 2 },
      { value: 'false', count: 1 },
    ])
  })

  it('is the table that a script writes, in whatever format, and follows from the script’s own file', async () => {
    const write = (text: string) => features.write('features/make.mjs', text)
    await write(`import { writeFileSync } from 'node:fs'
console.log('made')
writeFileSync(process.argv[2], 'k,t,v\\n1,2024-01-01,5\\n')`)
    const made = { entities: 'k', timestamp: 't', script: [process.execPath, 'features/make.mjs', '{output}'] }
    const context = await features.context({ made })
    const first = await buildFeatures(context, 'made')
    assert.deepEqual(await readTable(first.files.table), [['1', '2024-01-01', '5']])
    assert.deepEqual(
      first.sources.map(({ path }) => path),
      ['features/make.mjs'],
    )
    assert.ok(features.events.some(({ output }) => output?.includes('made')))
    assert.deepEqual((await readdir(first.files.folder)).toSorted(), ['statistics.json', 'table.parquet'])
    assert.equal((await buildFeatures(context, 'made')).isNew, false)
    await write(`import { writeFileSync } from 'node:fs'
writeFileSync(process.env.RUNWRIGHT_OUTPUT, '{"k":1,"t":"2024-01-01 10:00:00","v":6}\\n')`)
    const second = await buildFeatures(context, 'made')
    assert.deepEqual(await readTable(second.files.table), [['1', '2024-01-01 10:00:00', '6']])
    for (const [text, message] of [
      ['console.error("no data today"); process.exit(3)', { code: 'INVALID_STATE', hint: 'no data today' }],
      ['', { code: 'INVALID_STATE', message: 'The script has written no table.' }],
    ] as const) {
      await write(text)
      await assert.rejects(buildFeatures(context, 'made'), message)
    }
  })

  it('is refused with what is wrong, and nothing is left behind', async () => {
    await features.write('data/two.csv', 'uid,ts,Ts,x\n1,2,3,4\n')
    await features.write('data/plain.txt', 'x')
    await symlink('/etc/passwd', path.join(features.root, 'data', 'passwd.csv'))
    await symlink('/etc', path.join(features.root, 'etc'))
    await features.write('data/tracked.csv.dvc', 'outs:\n')
    const sources = (events: string | string[]) => ({ sources: { events } })
    for (const [changed, wanted] of [
      [
        { timestamp: 'when' },
        { message: /"refused": Its table has no column "when"/, hint: 'It has uid, ts, clicks.' },
      ],
      [{ entities: ['uid', 'shop'] }, { message: /no column "shop"/ }],
      [{ query: 'SELECT uid, clicks AS ts, 1 AS x FROM events' }, { message: /"ts" holds DOUBLE, expected times/ }],
      [{ query: 'SELECT uid, 1714564800 AS ts, 1 AS x FROM events' }, { hint: /to_timestamp\("ts"\)/ }],
      [{ query: 'SELECT clicks AS uid, ts, 1 AS x FROM events' }, { message: /DOUBLE, which is no key/ }],
      [{ query: 'SELECT uid, ts FROM events' }, { message: /no features/ }],
      [{ query: 'SELECT uid, ts, click FROM events' }, { message: /column "click" not found/, hint: /"clicks"/ }],
      [{ query: 'SELEC user' }, { message: /cannot be read: syntax error/ }],
      [{ query: 'SELECT uid, ts, clicks::INET4 AS x FROM events' }, { message: /INET4 does not exist/ }],
      [
        sources('data/none.csv'),
        { code: 'RESOURCE_DOES_NOT_EXIST', message: 'There is no data/none.csv in the repository.' },
      ],
      [sources('data/tracked.csv'), { code: 'RESOURCE_DOES_NOT_EXIST', hint: /runwright data pull/ }],
      [sources('data/plain.txt'), { message: /not told by its ending/ }],
      [sources(['data/events.csv', 'data/wide.jsonl']), { message: /mixes csv and jsonl/ }],
      [sources('features'), { message: /has no table/ }],
      [
        sources('data/passwd.csv'),
        { code: 'PERMISSION_DENIED', message: /leads out of the repository, to \/etc\/passwd/ },
      ],
      [sources('etc/passwd.csv'), { code: 'RESOURCE_DOES_NOT_EXIST' }],
      [sources('etc'), { code: 'PERMISSION_DENIED' }],
    ] as const) {
      const context = await features.context({ refused: { ...clicks, ...changed } })
      await assert.rejects(
        buildFeatures(context, 'refused'),
        (error: Error) => {
          const given = JSON.stringify(changed)
          for (const [key, expected] of Object.entries(wanted)) {
            const found: unknown = Reflect.get(error, key)
            if (expected instanceof RegExp) assert.match(String(found), expected, `${given}: ${error.message}`)
            else assert.equal(String(found).replace('Feature set "refused": ', ''), expected, given)
          }
          return true
        },
        JSON.stringify(changed),
      )
      assert.deepEqual(await readdir(path.join(context.folder, 'refused')).catch(() => []), [])
    }
    await assert.rejects(buildFeatures(await features.context({ clicks }), 'click'), {
      code: 'RESOURCE_DOES_NOT_EXIST',
      hint: 'There are: clicks.',
    })
  })

  it('refuses a query that reads, writes or follows from more than its sources', async () => {
    const secret = await features.write('data/secret.csv', 'uid,ts,x\n')
    for (const [query, message] of [
      [`SELECT * FROM read_csv('/etc/passwd')`, /calls read_csv, which reads more/],
      [`SELECT * FROM '/etc/passwd'`, /reads "\/etc\/passwd", which is none of its sources/],
      [`SELECT * FROM '${secret}'`, /none of its sources/],
      [`SELECT uid, ts, (SELECT count(*) FROM glob('/*')) AS x FROM events`, /calls glob/],
      [`SELECT uid, ts, (SELECT content FROM read_text('/etc/passwd')) AS x FROM events`, /calls read_text/],
      [`SELECT * FROM query('SELECT * FROM read_csv(''/etc/passwd'')')`, /calls query/],
      [`SELECT * FROM duckdb_settings()`, /calls duckdb_settings/],
      [`SELECT * FROM arrow_scan(1::POINTER, 2::POINTER, 3::POINTER)`, /calls arrow_scan/],
      [`COPY events TO '/tmp/out.csv'`, /is no SELECT/],
      [`COPY (SELECT 1) TO '${eventsFile}'`, /is no SELECT/],
      [`ATTACH '/tmp/other.db'`, /is no SELECT/],
      [`INSTALL httpfs`, /is no SELECT/],
      [`SELECT 1; COPY (SELECT 1) TO '/tmp/out.csv'`, /cannot be read|is no SELECT|not one statement/],
      [`SELECT uid, ts, clicks FROM events; SELECT 2`, /not one statement/],
      [`SELECT 1) TO '/tmp/out.csv'; --`, /cannot be read/],
      [`SET enable_external_access = true`, /is no SELECT/],
      [`SELECT uid, ts, random() AS x FROM events`, /uses random\(\), which gives another result each time/],
      [`SELECT uid, now() AS ts, clicks FROM events`, /uses now\(\)/],
      [`SELECT uid, current_date AS ts, clicks FROM events`, /uses current_date/],
      [`SELECT uid, ts, age(ts) AS x FROM events`, /uses age\(\)/],
      [`SELECT uid, ts, list_transform([1], lambda v: uuid()) AS x FROM events`, /uses uuid\(\)/],
      [`SELECT uid, ts, clicks FROM events USING SAMPLE 10%`, /a sample without REPEATABLE/],
      [`DESCRIBE events`, /uses DESCRIBE/],
    ] as const) {
      const context = await features.context({ refused: { ...clicks, query } })
      await assert.rejects(buildFeatures(context, 'refused'), { code: 'INVALID_PARAMETER_VALUE', message }, query)
    }
    assert.equal((await readFile(eventsFile)).length, 172)
    assert.ok(!existsSync('/tmp/out.csv') && !existsSync('/tmp/other.db'))
  })

  it('takes the SQL that people write', async () => {
    for (const query of [
      '-- first\nSELECT uid, ts, clicks FROM events; -- last',
      'WITH e AS (SELECT * FROM events) FROM e SELECT uid, ts, clicks',
      'SELECT uid, ts, sum(clicks) OVER (PARTITION BY uid ORDER BY ts RANGE INTERVAL 7 DAYS PRECEDING) AS x FROM EVENTS',
      'SELECT uid, ts, age(ts, ts) AS x FROM events CROSS JOIN range(3)',
      'SELECT uid, ts, clicks FROM events TABLESAMPLE reservoir(50%) REPEATABLE (7)',
      'SELECT e.uid, e.ts, f.clicks FROM events e ASOF JOIN events f ON e.uid = f.uid AND e.ts >= f.ts',
    ]) {
      const context = await features.context({ taken: { ...clicks, query } })
      assert.equal((await buildFeatures(context, 'taken')).isNew, true, query)
    }
  })

  it('leaves nothing half when it is cancelled, and goes on afterwards', async () => {
    const cancel = new AbortController()
    const slow = {
      ...clicks,
      query:
        'SELECT uid, ts, (SELECT count(*) FROM range(1000000000) a, range(100000000) b WHERE (a.range + b.range) % 7 = clicks) AS x FROM events',
    }
    const context: FeatureContext = {
      ...(await features.context({ slow }, cancel.signal)),
      progress: ({ stage }) => stage === 'compute' && setImmediate(() => cancel.abort()),
    }
    await assert.rejects(buildFeatures(context, 'slow'), { code: 'CANCELLED' })
    assert.deepEqual(await readdir(path.join(context.folder, 'slow')), [])
    await cancelAmidst(features, clicks)
    await features.write('features/sleep.mjs', 'setInterval(() => {}, 1000); console.log("up")')
    const again = new AbortController()
    const script = { entities: 'k', timestamp: 't', script: [process.execPath, 'features/sleep.mjs'] }
    const scripted: FeatureContext = {
      ...(await features.context({ script }, again.signal)),
      progress: ({ output }) => output?.includes('up') === true && again.abort(),
    }
    await assert.rejects(buildFeatures(scripted, 'script'), { code: 'CANCELLED' })
    assert.deepEqual(await readdir(path.join(context.folder, 'script')), [])
  })

  it('is built anew where a version is not all there, and removes what a killed process has left', async () => {
    const context = await features.context({ clicks })
    const { files, version } = await buildFeatures(context, 'clicks')
    const bytes = await readFile(files.table)
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1
    await writeFile(files.table, bytes)
    const left = path.join(context.folder, 'clicks', '.999999999-00000000.new')
    await symlink('/nowhere', left)
    const anew = await buildFeatures(context, 'clicks')
    assert.deepEqual([anew.isNew, anew.version], [true, version])
    assert.equal((await readTable(files.table)).length, 3)
    assert.ok(!(await readdir(path.join(context.folder, 'clicks'))).includes(path.basename(left)))
    const both = await Promise.all(
      [1, 2].map(() => rm(files.folder, { recursive: true, force: true }).then(() => buildFeatures(context, 'clicks'))),
    )
    assert.deepEqual(new Set(both.map((each) => each.version)), new Set([version]))
  })

  it('is built anew where git brought its version along', async () => {
    await using foreign = await openTestFeatures()
    await foreign.write('data/events.csv', 'uid,ts,clicks\na,2024-01-01,1\n')
    const context = await foreign.context({ clicks })
    const { files, builtTime } = await buildFeatures(context, 'clicks')
    assert.equal((await buildFeatures(context, 'clicks')).builtTime, builtTime)
    const git = (...args: readonly string[]) => promisify(execFile)('git', args, { cwd: foreign.root })
    await git('init', '--quiet')
    await git('add', '--force', files.statistics)
    assert.equal((await buildFeatures(context, 'clicks')).isNew, true)
  })

  it('is not written through a link that came with the repository', async () => {
    await using other = await openTestFeatures()
    await using elsewhere = await openTestFeatures()
    await other.write('data/events.csv', 'uid,ts,clicks\na,2024-01-01,1\n')
    await other.write('.runwright/keep', '')
    await symlink(elsewhere.root, path.join(other.root, '.runwright/features'))
    await assert.rejects(buildFeatures(await other.context({ clicks }), 'clicks'), { code: 'STORAGE_READ_ONLY' })
    assert.deepEqual(await readdir(elsewhere.root), [])
  })
})

/** Cancels a query while it writes to the disk what its memory does not hold. */
async function cancelAmidst(features: TestFeatures, clicks: object): Promise<void> {
  const cancel = new AbortController()
  const query = 'SELECT range % 7 AS uid, make_timestamp(range * 1000) AS ts, hash(range) AS x FROM range(100000000)'
  const context: FeatureContext = {
    ...(await features.context({ amidst: { ...clicks, query } }, cancel.signal)),
    memoryBytes: 64 * 2 ** 20,
  }
  const building = assert.rejects(buildFeatures(context, 'amidst'), { code: 'CANCELLED' })
  const spilled = path.join(context.folder, 'amidst', '.*.new', 'spill', '*')
  while (globSync(spilled).length === 0) await setTimeout(5)
  cancel.abort()
  await building
  assert.deepEqual(await readdir(path.join(context.folder, 'amidst')), [])
}

async function readTable(table: string): Promise<readonly (readonly unknown[])[]> {
  const settings = { allowedPaths: [table], memoryBytes: 2 ** 28, threads: 1, temporaryFolder: path.dirname(table) }
  await using db = await openDuckdb(testDuckdb, settings, new AbortController().signal)
  return (await db.run(`SELECT * FROM read_parquet('${table}')`)).rows
}

async function sha256(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex')
}
