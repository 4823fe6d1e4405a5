import assert from 'node:assert/strict'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import * as fc from 'fast-check'
import { type Duckdb, openDuckdb, type ResultColumn } from '../data/duckdb-process.ts'
import { writeTable } from './compute-table.ts'
import { type EntityTable, type JoinedSet, joinSql, selectJoined } from './join-sql.ts'
import { commaList, quoteText } from './sql-text.ts'
import { scanTable } from './table-scan.ts'
import { testDuckdb } from './test-context.ts'

/** Times as counts of nanoseconds from this moment on; columns of coarser types get whole microseconds. */
const epoch = BigInt(Date.UTC(2024, 1, 29)) * 1_000_000n
const timeTypes = ['TIMESTAMP', 'TIMESTAMP WITH TIME ZONE', 'TIMESTAMP_NS', 'TIMESTAMP_MS'] as const
type TimeType = (typeof timeTypes)[number] | 'VARCHAR'
const tick: Readonly<Record<TimeType, bigint>> = {
  TIMESTAMP: 1000n,
  'TIMESTAMP WITH TIME ZONE': 1000n,
  TIMESTAMP_NS: 1n,
  TIMESTAMP_MS: 1_000_000n,
  VARCHAR: 1000n,
}

interface FeatureRow {
  readonly keys: readonly (number | string | null)[]
  readonly time: number | null
  readonly created: number | null
  readonly value: number | null
}

interface RandomSet {
  readonly keyCount: 1 | 2
  readonly keyType: 'BIGINT' | 'SMALLINT'
  readonly timeType: TimeType
  readonly ttlSeconds: number | undefined
  readonly hasCreated: boolean
  readonly rows: readonly FeatureRow[]
}

interface EntityRow {
  readonly keys: readonly [number | null, string | null]
  readonly time: number | null
  readonly offset: number
}

interface RandomJoin {
  readonly keyType: 'BIGINT' | 'INTEGER' | 'DOUBLE'
  readonly timeType: TimeType
  readonly rows: readonly EntityRow[]
  readonly sets: readonly RandomSet[]
}

const second = 1_000_000_000n
const number = fc.option(fc.integer({ min: 0, max: 2 }), { freq: 8 })
const word = fc.option(fc.constantFrom('', 'x', 'X', 'ü'), { freq: 8 })

/** How many rows the tables have, and how many half seconds their times lie apart: few, and ties are the rule. */
interface Size {
  readonly entities: fc.ArrayConstraints
  readonly features: fc.ArrayConstraints
  readonly halfSeconds: number
}

const drawTime = ({ halfSeconds }: Size) => fc.option(fc.integer({ min: 0, max: halfSeconds }), { freq: 8 })

const randomSet = (size: Size): fc.Arbitrary<RandomSet> =>
  fc.constantFrom<1 | 2>(1, 2).chain((keyCount) =>
    fc.record({
      keyCount: fc.constant(keyCount),
      keyType: fc.constantFrom('BIGINT' as const, 'SMALLINT' as const),
      timeType: fc.constantFrom<TimeType>(...timeTypes),
      // In seconds, so that it may end on the moment.
      ttlSeconds: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
      hasCreated: fc.boolean(),
      rows: fc.array(
        fc.record({
          keys: keyCount === 1 ? fc.tuple(number) : fc.tuple(number, word),
          time: drawTime(size),
          created: drawTime(size),
          value: number,
        }),
        size.features,
      ),
    }),
  )

const randomJoin = (size: Size): fc.Arbitrary<RandomJoin> =>
  fc.record({
    keyType: fc.constantFrom('BIGINT' as const, 'INTEGER' as const, 'DOUBLE' as const),
    timeType: fc.constantFrom<TimeType>(...timeTypes, 'VARCHAR'),
    rows: fc.array(
      fc.record({ keys: fc.tuple(number, word), time: drawTime(size), offset: fc.integer({ min: -11, max: 14 }) }),
      size.entities,
    ),
    sets: fc.array(randomSet(size), { minLength: 1, maxLength: 3 }),
  })

const small: Size = { entities: { minLength: 1, maxLength: 20 }, features: { maxLength: 25 }, halfSeconds: 6 }
/** DuckDB joins a table of 64 rows and more in another way. */
const large: Size = {
  entities: { minLength: 300, maxLength: 600, size: 'max' },
  features: { minLength: 300, maxLength: 600, size: 'max' },
  halfSeconds: 200,
}

/** Nanoseconds of a time that was drawn: each two make a second, and the second of them is a tick of its type later. */
function nanoseconds(drawn: number, type: TimeType): bigint {
  return BigInt(drawn >> 1) * second + (drawn % 2 === 0 ? 0n : tick[type])
}

/** What a join gives by its definition: for each row and set the value, or null. */
function bruteForce({ rows, sets, timeType }: RandomJoin): readonly (readonly (number | null)[])[] {
  return rows.map(({ keys, time }) =>
    sets.map((set) => {
      if (time === null) return null
      const moment = nanoseconds(time, timeType)
      const at = (row: FeatureRow) => (row.time === null ? undefined : nanoseconds(row.time, set.timeType))
      const known = set.rows.filter((row) => {
        const from = at(row)
        return (
          from !== undefined && from <= moment && row.keys.every((key, index) => key !== null && key === keys[index])
        )
      })
      const [newest] = known.toSorted(
        (a, b) =>
          Number((at(b) ?? 0n) - (at(a) ?? 0n)) ||
          (set.hasCreated ? (b.created ?? -1) - (a.created ?? -1) : 0) ||
          (b.value ?? -1) - (a.value ?? -1),
      )
      if (newest === undefined) return null
      const age = moment - (at(newest) ?? 0n)
      return set.ttlSeconds === undefined || age <= BigInt(set.ttlSeconds) * second ? newest.value : null
    }),
  )
}

function sqlTime(drawn: number | null, type: TimeType, offset = 0): string {
  if (drawn === null) return `CAST(NULL AS ${type})`
  const moment = epoch + nanoseconds(drawn, type)
  if (type === 'TIMESTAMP_NS') return `make_timestamp_ns(${moment})`
  if (type !== 'VARCHAR') return `CAST(make_timestamp(${moment / 1000n}) AS ${type})`
  // The same moment, as it is written elsewhere in the world.
  const local = new Date(Number(moment / 1_000_000n) + offset * 3_600_000).toISOString().slice(0, -1)
  const micros = String((moment / 1000n) % 1000n).padStart(3, '0')
  return quoteText(`${local}${micros}${offset < 0 ? '-' : '+'}${String(Math.abs(offset)).padStart(2, '0')}:00`)
}

function sqlKey(key: number | string | null, type: string): string {
  return `CAST(${key === null ? 'NULL' : typeof key === 'string' ? quoteText(key) : key} AS ${type})`
}

const column = (name: string, type: string): ResultColumn => ({ name, type })

/** Writes the set as it is built, from rows in the order in which they were drawn. */
async function writeSet(db: Duckdb, set: RandomSet, file: string, index: number): Promise<JoinedSet> {
  const keyTypes = [set.keyType, 'VARCHAR'].slice(0, set.keyCount)
  const row = ({ keys, time, created, value }: FeatureRow) =>
    [
      ...keys.map((key, at) => sqlKey(key, keyTypes[at] ?? '')),
      sqlTime(time, set.timeType),
      sqlTime(created, 'TIMESTAMP'),
      sqlKey(value, 'INTEGER'),
    ].join(', ')
  const names = ['"key one"', 'k2'].slice(0, set.keyCount)
  const nothing: FeatureRow = { keys: [null, null].slice(0, set.keyCount), time: null, created: null, value: null }
  const values = [nothing, ...set.rows].map((each) => `(${row(each)})`)
  await db.run(
    `CREATE TEMP TABLE "computed rows" AS SELECT * FROM (VALUES ${commaList(values)}) v(${commaList([...names, 't', 'c', '"v""1"'])})`,
  )
  const keys = ['key one', 'k2'].slice(0, set.keyCount).map((name, at) => column(name, keyTypes[at] ?? ''))
  const timestamp = column('t', set.timeType)
  await writeTable(db, file, {
    keys,
    timestamp,
    createdTimestamp: set.hasCreated ? column('c', 'TIMESTAMP') : undefined,
    features: [column('v"1', 'INTEGER')],
  })
  return {
    from: scanTable('parquet', [file]),
    keys: keys.map((ours) => ({ ours, theirs: ours.name === 'k2' ? ours : column('key one', '') })),
    timestamp,
    ttlSeconds: set.ttlSeconds,
    features: [{ column: 'v"1', name: `v${index}` }],
  }
}

async function join(db: Duckdb, random: RandomJoin, files: readonly string[], change: (sql: string) => string) {
  const rows = random.rows.map(
    ({ keys, time, offset }, index) =>
      `(${index}, ${sqlKey(keys[0], random.keyType)}, ${sqlKey(keys[1], 'VARCHAR')}, ${sqlTime(time, random.timeType, offset)})`,
  )
  const entity: EntityTable = {
    from: `(VALUES ${commaList(rows)}) entity(label, "KEY ONE", k2, "when")`,
    columns: [
      column('label', 'INTEGER'),
      column('KEY ONE', random.keyType),
      column('k2', 'VARCHAR'),
      column('when', random.timeType),
    ],
    timestamp: column('when', random.timeType),
    where: 'The table',
  }
  const written: JoinedSet[] = []
  for (const [index, set] of random.sets.entries()) {
    const { keys, ...rest } = await writeSet(db, set, files[index] ?? '', index)
    const first = column('KEY ONE', random.keyType)
    written.push({ ...rest, keys: keys.map(({ ours, theirs }, at) => ({ ours, theirs: at === 0 ? first : theirs })) })
  }
  await db.run(change(joinSql(entity, written)))
  const { rows: joined } = await db.run(selectJoined(entity, written))
  await db.run('DROP TABLE joined')
  assert.deepEqual(
    joined.map(([label]) => label),
    random.rows.map((_, index) => index),
    'each row of the entity table once, in its order',
  )
  return joined.map((row) => row.slice(entity.columns.length))
}

describe('a point-in-time join', { timeout: 300_000 }, () => {
  const runs = 150
  let folder: string
  let db: Duckdb
  let files: string[]
  before(async () => {
    folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'runwright-join-')))
    files = Array.from({ length: 20 * runs }, (_, index) => path.join(folder, `${index}.parquet`))
    const settings = { allowedPaths: files, memoryBytes: 2 ** 28, threads: 1, temporaryFolder: folder }
    db = await openDuckdb(testDuckdb, settings, new AbortController().signal)
  })
  after(async () => {
    await db[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  const check = (change: (sql: string) => string, numRuns: number, size = small) =>
    fc.check(
      fc.asyncProperty(randomJoin(size), async (random) => {
        const taken = files.splice(0, random.sets.length)
        assert.deepEqual(await join(db, random, taken, change), bruteForce(random))
      }),
      { numRuns, endOnFailure: true },
    )

  it('equals brute force over random tables with ties, nulls, ttl, several sets, zones and kinds of time', async () => {
    const result = await check((sql) => sql, runs)
    if (result.failed) assert.fail(fc.defaultReportMessage(result))
  })

  it('equals brute force over hundreds of rows', async () => {
    const result = await check((sql) => sql, 10, large)
    if (result.failed) assert.fail(String(result.errorInstance))
  })

  for (const [leak, change] of [
    ['looks at what came later', (sql: string) => sql.replaceAll(/(e\.t\d) >= (s\d\.t)/g, '$1 <= $2')],
    ['leaves out what holds from the very moment', (sql: string) => sql.replaceAll(/(e\.t\d) >= (s\d\.t)/g, '$1 > $2')],
    [
      'looks a microsecond ahead',
      (sql: string) =>
        sql.replaceAll(/CAST\("t" AS TIMESTAMP\) AS t/g, `CAST("t" AS TIMESTAMP) - INTERVAL 1 MICROSECOND AS t`),
    ],
    ['forgets the ttl', (sql: string) => sql.replaceAll(/coalesce\(epoch_us.*?, false\)/g, 'true')],
    ['has the ttl end before its moment', (sql: string) => sql.replaceAll(/::HUGEINT <= /g, '::HUGEINT < ')],
    ['takes the entity of another', (sql: string) => sql.replaceAll(/e\.k\d_0 = s\d\.k0 AND /g, '')],
  ] as const) {
    it(`is not like brute force when it ${leak}`, async () => {
      for (const size of [small, large]) {
        const { failed, errorInstance } = await check(change, size === small ? runs : 10, size)
        assert.ok(failed, 'The test sees no difference.')
        // The values differ; it is not that the changed statement could not be run.
        assert.ok(errorInstance instanceof assert.AssertionError, String(errorInstance))
      }
    })
  }
})
