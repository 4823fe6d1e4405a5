import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import {
  Binary,
  Bool,
  type DataType,
  DateDay,
  DateMillisecond,
  Decimal,
  Dictionary,
  DurationMillisecond,
  Field,
  FixedSizeBinary,
  FixedSizeList,
  Float32,
  Float64,
  Int16,
  Int32,
  Int64,
  Int8,
  IntervalYearMonth,
  LargeUtf8,
  List,
  makeData,
  Map_,
  Null,
  Schema,
  SparseUnion,
  Struct,
  Table,
  tableToIPC,
  TimeMicrosecond,
  TimeSecond,
  TimestampMicrosecond,
  TimestampNanosecond,
  TimestampSecond,
  Uint64,
  Uint8,
  Utf8,
  Utf8View,
  Vector,
  vectorFromArray,
} from 'apache-arrow'
import { loadArrow } from './load-arrow.ts'

let folder: string
let connection: DuckDBConnection
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runwright-arrow-'))
  const settings = { threads: '1', memory_limit: '256MiB', temp_directory: join(folder, 'spill') }
  const instance = await DuckDBInstance.create(':memory:', settings)
  connection = await instance.connect()
  await connection.run(`SET TimeZone = 'UTC'`)
})
after(async () => {
  connection.closeSync()
  await rm(folder, { recursive: true, force: true })
})

interface Loaded {
  readonly types: readonly string[]
  readonly names: readonly string[]
  /** As DuckDB prints them. */
  readonly rows: readonly (readonly unknown[])[]
}

/** What stands in the table that a file was loaded into. */
async function load(bytes: Uint8Array, select = 'COLUMNS(*)::VARCHAR'): Promise<Loaded> {
  const path = join(folder, 'table')
  await writeFile(path, bytes)
  try {
    await loadArrow(connection, path, 'loaded')
    const described = (await connection.runAndReadAll('DESCRIBE loaded')).getRows()
    const rows = (await connection.runAndReadAll(`SELECT ${select} FROM loaded`)).getRows()
    return { names: described.map(([name]) => String(name)), types: described.map(([, type]) => String(type)), rows }
  } finally {
    await connection.run('DROP TABLE IF EXISTS loaded')
  }
}

function toBytes(columns: Readonly<Record<string, Vector>>, form: 'file' | 'stream' = 'file'): Uint8Array {
  return tableToIPC(new Table(columns), form)
}

const nullable = (name: string, type: DataType) => new Field(name, type, true)

/** A vector, the type it has in DuckDB, and its values as DuckDB prints them. */
type Case = readonly [vector: Vector, type: string, printed: readonly (string | null)[]]

const cases: Readonly<Record<string, Case>> = {
  bool: [vectorFromArray([true, null, false], new Bool()), 'BOOLEAN', ['true', null, 'false']],
  int8: [vectorFromArray([-128, null, 127], new Int8()), 'TINYINT', ['-128', null, '127']],
  int16: [vectorFromArray([-32768, null, 1], new Int16()), 'SMALLINT', ['-32768', null, '1']],
  int64: [vectorFromArray([-(2n ** 63n), null, 7n], new Int64()), 'BIGINT', ['-9223372036854775808', null, '7']],
  uint8: [vectorFromArray([255, null, 0], new Uint8()), 'UTINYINT', ['255', null, '0']],
  uint64: [vectorFromArray([2n ** 64n - 1n, null, 0n], new Uint64()), 'UBIGINT', ['18446744073709551615', null, '0']],
  float32: [vectorFromArray([0.5, null, Number.NaN], new Float32()), 'FLOAT', ['0.5', null, 'nan']],
  float64: [vectorFromArray([0.1, null, -Infinity], new Float64()), 'DOUBLE', ['0.1', null, '-inf']],
  text: [vectorFromArray(['مرحبا', null, 'a\0b'], new Utf8()), 'VARCHAR', ['مرحبا', null, 'a\0b']],
  largeText: [vectorFromArray(['', null, 'x'.repeat(5000)], new LargeUtf8()), 'VARCHAR', ['', null, 'x'.repeat(5000)]],
  textView: [
    vectorFromArray(['short', null, 'a text of more than twelve bytes'], new Utf8View()),
    'VARCHAR',
    ['short', null, 'a text of more than twelve bytes'],
  ],
  category: [vectorFromArray(['a', null, 'a'], new Dictionary(new Utf8(), new Int8())), 'VARCHAR', ['a', null, 'a']],
  bytes: [vectorFromArray([Uint8Array.of(0, 65), null, Uint8Array.of()], new Binary()), 'BLOB', ['\\x00A', null, '']],
  fixedBytes: [
    vectorFromArray([Uint8Array.of(65, 66), null, Uint8Array.of(1, 2)], new FixedSizeBinary(2)),
    'BLOB',
    ['AB', null, '\\x01\\x02'],
  ],
  decimal: [
    vectorFromArray(
      [Uint32Array.of(150, 0, 0, 0), null, Uint32Array.of(0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff)],
      new Decimal(2, 10, 128),
    ),
    'DECIMAL(10,2)',
    ['1.50', null, '-0.01'],
  ],
  day: [
    vectorFromArray([new Date('2024-02-29'), null, new Date('1969-12-31')], new DateDay()),
    'DATE',
    ['2024-02-29', null, '1969-12-31'],
  ],
  dateWithTime: [
    vectorFromArray([new Date('2024-02-29T12:30:00.5Z'), null, new Date(0)], new DateMillisecond()),
    'TIMESTAMP',
    ['2024-02-29 12:30:00.5', null, '1970-01-01 00:00:00'],
  ],
  seconds: [vectorFromArray([86_399, null, 0], new TimeSecond()), 'TIME', ['23:59:59', null, '00:00:00']],
  micros: [
    vectorFromArray([1n, null, 86_399_999_999n], new TimeMicrosecond()),
    'TIME',
    ['00:00:00.000001', null, '23:59:59.999999'],
  ],
  timestamp: [
    vectorFromArray([1_700_000_000_000, null, -1000], new TimestampSecond()),
    'TIMESTAMP',
    ['2023-11-14 22:13:20', null, '1969-12-31 23:59:59'],
  ],
  moment: [
    vectorFromArray([1_700_000_000_000, null, 0], new TimestampMicrosecond('Africa/Cairo')),
    'TIMESTAMP WITH TIME ZONE',
    ['2023-11-14 22:13:20+00', null, '1970-01-01 00:00:00+00'],
  ],
  nanos: [
    vectorFromArray([1_700_000_000_000, null, 0], new TimestampNanosecond()),
    'TIMESTAMP_NS',
    ['2023-11-14 22:13:20', null, '1970-01-01 00:00:00'],
  ],
  duration: [vectorFromArray([1500n, null, -1n], new DurationMillisecond()), 'BIGINT', ['1500', null, '-1']],
  months: [
    new Vector([
      makeData({
        type: new IntervalYearMonth(),
        length: 3,
        nullCount: 1,
        nullBitmap: Uint8Array.of(0b101),
        data: Int32Array.of(14, 0, -1),
      }),
    ]),
    'INTERVAL',
    ['1 year 2 months', null, '-1 month'],
  ],
  list: [
    vectorFromArray([[1, null], null, []], new List(nullable('item', new Int32()))),
    'INTEGER[]',
    ['[1, NULL]', null, '[]'],
  ],
  fixedList: [
    vectorFromArray([[1, 2], null, [3, 4]], new FixedSizeList(2, nullable('item', new Int32()))),
    'INTEGER[]',
    ['[1, 2]', null, '[3, 4]'],
  ],
  struct: [
    vectorFromArray(
      [{ 2: 1, __proto_: 'a' }, null, { 2: null, __proto_: 'b' }],
      new Struct([nullable('2', new Int32()), nullable('__proto_', new Utf8())]),
    ),
    'STRUCT("2" INTEGER, __proto_ VARCHAR)',
    [`{'2': 1, '__proto_': a}`, null, `{'2': NULL, '__proto_': b}`],
  ],
  map: [
    vectorFromArray(
      [new Map([['a', 1]]), null, new Map()],
      new Map_(
        new Field(
          'entries',
          new Struct<{ key: Utf8; value: Int32 }>([
            new Field('key', new Utf8()),
            new Field('value', new Int32(), true),
          ]),
        ),
      ),
    ),
    'MAP(VARCHAR, INTEGER)',
    ['{a=1}', null, '{}'],
  ],
  nothing: [vectorFromArray([null, null, null], new Null()), 'INTEGER', [null, null, null]],
}

describe('a file of Arrow', () => {
  for (const form of ['file', 'stream'] as const) {
    for (const [name, [vector, type, printed]] of Object.entries(cases)) {
      it(`as a ${form} gives ${name} as ${type}`, async () => {
        const loaded = await load(toBytes({ [name]: vector }, form))
        assert.deepEqual(loaded, { names: [name], types: [type], rows: printed.map((each) => [each]) })
      })
    }
  }

  it('gives all of its columns and record batches, in their order', async () => {
    const batch = (from: number) =>
      new Table({
        id: vectorFromArray(
          Array.from({ length: 5000 }, (_, row) => from + row),
          new Int32(),
        ),
        text: vectorFromArray(
          Array.from({ length: 5000 }, (_, row) => (row % 7 === 0 ? null : `t${from + row}`)),
          new Utf8(),
        ),
        list: vectorFromArray(
          Array.from({ length: 5000 }, (_, row) => [row, row]),
          new List(nullable('item', new Int32())),
        ),
      })
    const bytes = tableToIPC(batch(0).concat(batch(5000)).concat(batch(10_000)), 'file')
    const { rows } = await load(
      bytes,
      `count(*)::INTEGER, count(text)::INTEGER, min(text = 't' || id), bool_and(list = [id % 5000, id % 5000]), bool_and(id = rowid)`,
    )
    assert.deepEqual(rows, [[15_000, 3 * 4285, true, true, true]])
  })

  it('may have no rows, and columns of any name', async () => {
    const names = ['a', 'A', '', 'b"c', 'a']
    const schema = new Schema(names.map((name) => nullable(name, new Int32())))
    const { names: found, rows } = await load(tableToIPC(new Table(schema), 'stream'))
    assert.deepEqual([found, rows], [['a', 'A_1', 'column2', 'b"c', 'a_2'], []])
  })

  it('may have a dictionary whose values are large, as often as memory allows', async () => {
    const many = (rows: number) => {
      const dictionary = vectorFromArray(['x'.repeat(1 << 20)], new Utf8())
      const type = new Dictionary(new Utf8(), new Int32())
      const data = makeData({ type, length: rows, nullCount: 0, data: new Int32Array(rows), dictionary })
      return toBytes({ large: new Vector([data]) })
    }
    const { rows } = await load(many(100), 'count(*)::INTEGER, sum(length(large))::INTEGER')
    assert.deepEqual(rows, [[100, 100 << 20]])
    await assert.rejects(load(many(100_000)), /Invalid Input Error: it unpacks to more than 100 times its size/)
  })

  it('is refused with the column that is of a type which is not read', async () => {
    const bytes = tableToIPC(new Table({ both: unionVector() }), 'stream')
    await assert.rejects(
      load(bytes),
      /^Error: Not implemented Error: the column "both" is a .*Union.*, which is not read$/,
    )
  })

  it('is refused where its types lie in each other without an end', async () => {
    let type: DataType = new Int32()
    for (let depth = 0; depth < 150; depth++) type = new List(nullable('item', type))
    const bytes = tableToIPC(new Table(new Schema([nullable('deep', type)])), 'stream')
    await assert.rejects(
      load(bytes),
      /Invalid Input Error: it is no Arrow file, or it is damaged: .* deeper ones, than can be/,
    )
  })

  it('is refused where it is none', async () => {
    for (const text of [
      '',
      'ARROW1',
      'this is some text',
      'FEA1 and more',
      '\xff\xff\xff\xff'.repeat(10),
      '{"a":1}\n'.repeat(100),
    ]) {
      await assert.rejects(load(Buffer.from(text, 'latin1')), /^Error: Invalid Input Error: it /, text)
    }
  })

  const whole = (form: 'file' | 'stream') => {
    const columns = Object.entries(cases).map(([name, [vector]]) => [name, vector] as const)
    return toBytes(Object.fromEntries(columns), form)
  }

  it('that was cut off is refused, wherever that was', async () => {
    for (const form of ['file', 'stream'] as const) {
      const bytes = whole(form)
      for (let length = 0; length < bytes.length - 8; length += 61) {
        await assert.rejects(
          load(bytes.subarray(0, length)),
          /^Error: Invalid Input Error: it /,
          `${form} of ${length}`,
        )
      }
    }
  })

  it('whose bytes were changed is read or refused', async () => {
    for (const form of ['file', 'stream'] as const) {
      const bytes = whole(form)
      for (let at = 0; at < bytes.length; at += 37) {
        const changed = Uint8Array.from(bytes)
        changed.fill([0xff, 0x00, 0x7f, 0x80][at % 4] ?? 0, at, at + 1 + (at % 3))
        await load(changed).catch((error: unknown) => assert.match(String(error), /^Error: \w[\w ]* Error: /))
      }
    }
  })
})

function unionVector(): Vector {
  const child = vectorFromArray([1, 2], new Int32())
  const type = new SparseUnion(Int32Array.of(0), [new Field('n', new Int32())])
  const children = [...child.data]
  return new Vector([makeData({ type, length: 2, typeIds: Int8Array.of(0, 0), children })])
}
