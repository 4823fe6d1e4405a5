import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import {
  array,
  assert as assertProperty,
  asyncProperty,
  boolean,
  constantFrom,
  integer,
  option,
  record,
  uniqueArray,
} from 'fast-check'
import type { ColumnDiff, TableDiff } from '../../protocol/data-diff.ts'
import { type TableDatabase, withTables } from './table-database.ts'
import { diffTables } from './table-diff.ts'
import { diffTableFiles } from './table-file.ts'
import { writeTable } from './write-table.ts'

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runwright-tables-'))
})
after(() => rm(folder, { recursive: true, force: true }))

const work = { signal: new AbortController().signal }

function diffParquetOrCsv(
  old: string,
  now: string,
  format: 'csv' | 'parquet',
  key: readonly string[] = [],
): Promise<TableDiff> {
  return diffTableFiles({ name: old, path: old, format }, { name: now, path: now, format }, key, work)
}

function column(diff: TableDiff, name: string): ColumnDiff {
  return diff.columns.find((each) => each.name === name) ?? assert.fail(`no column ${name}`)
}

async function diffCsv(old: string, now: string, key: readonly string[] = []): Promise<TableDiff> {
  const [oldPath, newPath] = [join(folder, 'old.csv'), join(folder, 'new.csv')]
  await Promise.all([writeFile(oldPath, old), writeFile(newPath, now)])
  return diffParquetOrCsv(oldPath, newPath, 'csv', key)
}

describe('two tables', () => {
  it('differ by rows that were added, removed and changed, matched by a column without a value twice', async () => {
    const diff = await diffCsv(
      'name,id,score\nada,1,0.5\nbob,2,0.25\ncyd,3,\nada,4,9\n',
      'name,id,score\nada,4,9\nada,1,0.75\ncyd,3,\neve,5,1\n',
    )
    assert.deepEqual(diff.rows, {
      key: ['id'],
      keyIs: 'found',
      added: 1,
      removed: 1,
      changed: 1,
      unchanged: 2,
      examples: [
        {
          change: 'removed',
          cells: [
            { column: 'name', old: 'bob' },
            { column: 'id', old: '2' },
            { column: 'score', old: '0.25' },
          ],
        },
        {
          change: 'added',
          cells: [
            { column: 'name', new: 'eve' },
            { column: 'id', new: '5' },
            { column: 'score', new: '1.0' },
          ],
        },
        {
          change: 'changed',
          cells: [
            { column: 'id', old: '1', new: '1' },
            { column: 'score', old: '0.5', new: '0.75' },
          ],
        },
      ],
    })
    assert.deepEqual(
      diff.columns.map(({ name, changedCells }) => [name, changedCells]),
      [
        ['name', 0],
        ['id', 0],
        ['score', 1],
      ],
    )
  })

  it('differ by whole rows where no column is a key, and each as often as it is there', async () => {
    const diff = await diffCsv('a,b\nx,1.5\nx,1.5\ny,2.5\n', 'a,b\ny,2.5\nx,1.5\ny,2.5\ny,2.5\n')
    assert.deepEqual(
      { ...diff.rows, examples: [] },
      { key: [], keyIs: 'none', added: 2, removed: 1, changed: 0, unchanged: 2, examples: [] },
    )
    assert.equal(column(diff, 'a').changedCells, undefined)
  })

  it('are matched by a key of several columns, in which nulls are values', async () => {
    const diff = await diffCsv('a,b,c\n1,,x\n1,2,y\n,2,z\n', 'a,b,c\n1,2,y\n1,,w\n', ['a', 'b'])
    const { added, removed, changed, unchanged, keyIs } = diff.rows ?? assert.fail()
    assert.deepEqual([keyIs, added, removed, changed, unchanged], ['given', 0, 1, 1, 1])
  })

  it('are matched by a key that is null in one row', async () => {
    const diff = await diffCsv('k,v\n,x\n1,y\n', 'k,v\n1,y\n,z\n', ['k'])
    const { added, removed, changed, unchanged } = diff.rows ?? assert.fail()
    assert.deepEqual([added, removed, changed, unchanged], [0, 0, 1, 1])
    const twice = diffCsv('k,v\n,x\n,y\n', 'k,v\n1,y\n', ['k'])
    await assert.rejects(twice, { code: 'INVALID_PARAMETER_VALUE' })
  })

  it('may have one row with a null key among many, in the new version alone', async () => {
    const rows = Array.from({ length: 20 }, (_, row) => `${row},x`).join('\n')
    const { rows: found, columns } = await diffCsv(`k,v\n${rows}\n`, `k,v\n${rows}\n,z\n`, ['k'])
    assert.deepEqual([found?.added, found?.removed, found?.changed], [1, 0, 0])
    assert.deepEqual(found?.examples, [
      {
        change: 'added',
        cells: [
          { column: 'k', new: null },
          { column: 'v', new: 'z' },
        ],
      },
    ])
    assert.deepEqual(
      columns.map(({ old, new: now }) => [old?.nullCount, now?.nullCount, now?.distinctCount]),
      [
        [0, 1, null],
        [0, 0, 2],
      ],
    )
  })

  it('are not matched by a key that a column lacks, or that is there twice in either', async () => {
    const twice = 'id,v\n1,a\n1,b\n2,c\n'
    const once = 'id,v\n1,a\n2,c\n'
    const notTheOnlyOne = { code: 'INVALID_PARAMETER_VALUE', message: 'The key id is not the only one of its row.' }
    await assert.rejects(diffCsv(twice, once, ['id']), notTheOnlyOne)
    await assert.rejects(diffCsv(once, twice, ['id']), notTheOnlyOne)
    await assert.rejects(diffCsv(once, twice, ['no']), /no column "no" in both tables/)
  })

  it('differ by their schemas, and values of another type are compared all the same', async () => {
    const [old, now] = [join(folder, 'old.parquet'), join(folder, 'new.parquet')]
    await writeTable(old, "SELECT i::INTEGER AS id, i AS n, i AS gone, 'a' AS t FROM range(5) r(i)", 'FORMAT parquet')
    await writeTable(
      now,
      'SELECT i::INTEGER AS id, [i] AS come, i + (i = 4)::INTEGER / 2 AS n, i AS t FROM range(5) r(i)',
      'FORMAT parquet',
    )
    const diff = await diffParquetOrCsv(old, now, 'parquet')
    assert.deepEqual(
      diff.columns.map(({ name, state, old, new: now }) => [name, state, old?.type, now?.type]),
      [
        ['id', 'kept', 'INTEGER', 'INTEGER'],
        ['come', 'added', undefined, 'BIGINT[]'],
        ['n', 'retyped', 'BIGINT', 'DOUBLE'],
        ['t', 'retyped', 'VARCHAR', 'BIGINT'],
        ['gone', 'removed', 'BIGINT', undefined],
      ],
    )
    assert.deepEqual(
      diff.columns.map(({ changedCells }) => changedCells),
      [0, undefined, 1, 5, undefined],
    )
    assert.deepEqual(diff.rows?.changed, 5)
  })

  it('have statistics and distributions of their columns side by side', async () => {
    const [old, now] = [join(folder, 'old-s.parquet'), join(folder, 'new-s.parquet')]
    const columns = "i AS id, x::DOUBLE AS x, DATE '2026-01-01' + i::INTEGER AS day, c FROM (VALUES"
    await writeTable(
      old,
      `SELECT ${columns} (0, 0, 'a'), (1, 1, 'a'), (2, 'nan'::DOUBLE, 'b'), (3, NULL, NULL)) v(i, x, c)`,
      'FORMAT parquet',
    )
    await writeTable(now, `SELECT ${columns} (0, 0, 'a'), (1, 4, 'c')) v(i, x, c)`, 'FORMAT parquet')
    const diff = await diffParquetOrCsv(old, now, 'parquet')
    const x = column(diff, 'x')
    assert.deepEqual(x.old, {
      type: 'DOUBLE',
      nullCount: 1,
      nonFiniteCount: 1,
      distinctCount: null,
      min: 0,
      max: 1,
      mean: 0.5,
      standardDeviation: Math.sqrt(0.5),
    })
    assert.deepEqual([x.new?.mean, x.new?.standardDeviation], [2, Math.sqrt(8)])
    assert.ok(x.distribution?.shape === 'histogram')
    assert.deepEqual([x.distribution.edges[0], x.distribution.edges[1], x.distribution.edges.at(-1)], [0, 0.2, 4])
    assert.deepEqual(
      x.distribution.oldCounts.flatMap((count, bin) => (count > 0 ? [[bin, count]] : [])),
      [
        [0, 1],
        [5, 1],
      ],
    )
    assert.deepEqual(column(diff, 'day').old?.max, '2026-01-04')
    assert.deepEqual(column(diff, 'id').distribution, {
      shape: 'histogram',
      edges: [0, 1, 2, 3, 4],
      oldCounts: [1, 1, 1, 1],
      newCounts: [1, 1, 0, 0],
    })
    assert.deepEqual(column(diff, 'c').distribution, {
      shape: 'categories',
      values: ['a', 'b', 'c'],
      oldCounts: [2, 1, 0],
      newCounts: [1, 0, 1],
      oldOthers: 0,
      newOthers: 0,
    })
    assert.deepEqual([column(diff, 'c').old?.distinctCount, column(diff, 'c').new?.distinctCount], [2, 2])
  })

  it('may have columns and values of any name', async () => {
    const names = `"__proto__","a""b'c","select ""x""; drop table old","constructor"`
    const diff = await diffCsv(`${names}\n1,x'y,p,1\n2,z,q,1\n`, `${names}\n1,x'y,p,1\n2,w,q,1\n`)
    assert.deepEqual(
      diff.columns.map(({ name, changedCells }) => [name, changedCells]),
      [
        ['__proto__', 0],
        [`a"b'c`, 1],
        ['select "x"; drop table old', 0],
        ['constructor', 0],
      ],
    )
  })

  it('without rows or without a common column still have their shapes', async () => {
    const empty = await diffCsv('a,b\n', 'a,b\n1,2\n')
    assert.deepEqual([empty.old?.rowCount, empty.new?.rowCount, empty.rows?.added], [0, 1, 1])
    const other = await diffCsv('a\n1\n', 'b\n1\n')
    assert.equal(other.rows, undefined)
    assert.deepEqual(
      other.columns.map(({ name, state }) => [name, state]),
      [
        ['b', 'added'],
        ['a', 'removed'],
      ],
    )
  })
})

interface Row {
  readonly id: number
  readonly a: string | null
  readonly b: number | null
}

const row = {
  a: option(constantFrom('', 'x', "it's", 'مرحبا', 'a,b\n"c"')),
  b: option(constantFrom(0, 1.5, -2, 1e300)),
}

describe('random tables', () => {
  /** Over DuckDB's own values, so that a file format takes no part. */
  async function diffRandom(
    database: TableDatabase,
    old: readonly Row[],
    now: readonly Row[],
    key: readonly string[],
  ): Promise<TableDiff> {
    const columns = [
      { name: 'id', type: 'INTEGER' },
      { name: 'a', type: 'VARCHAR' },
      { name: 'b', type: 'DOUBLE' },
    ]
    const fill = async (relation: string, rows: readonly Row[]) => {
      await database.run(`CREATE OR REPLACE TABLE ${relation} (id INTEGER, a VARCHAR, b DOUBLE)`)
      const values = rows.map((each) => `(${literals(each)})`)
      if (values.length > 0) await database.run(`INSERT INTO ${relation} VALUES ${values.join(', ')}`)
      return { relation, columns, rowCount: rows.length, notes: [] }
    }
    const tables = { old: await fill('table_old', old), now: await fill('table_new', now) }
    return diffTables(database, 'csv', tables, key)
  }

  function literals({ id, a, b }: Row): string {
    return [id, a === null ? 'NULL' : `'${a.replaceAll("'", "''")}'`, b === null ? 'NULL' : b].join(', ')
  }

  const keyed = uniqueArray(record({ id: integer({ min: 0, max: 12 }), ...row }), {
    maxLength: 12,
    selector: ({ id }) => id,
  })

  it('differ by a key as two maps of their rows do', async () => {
    await withTables([], work, (database) =>
      assertProperty(
        asyncProperty(keyed, keyed, async (old, now) => {
          const [before, after] = [
            new Map(old.map((each) => [each.id, each])),
            new Map(now.map((each) => [each.id, each])),
          ]
          const common = old
            .filter(({ id }) => after.has(id))
            .map((each) => [each, after.get(each.id) ?? each] as const)
          const changed = common.filter(([was, is]) => was.a !== is.a || was.b !== is.b)
          const diff = await diffRandom(database, old, now, ['id'])
          assert.deepEqual(
            { ...diff.rows, examples: [] },
            {
              key: ['id'],
              keyIs: 'given',
              added: now.filter(({ id }) => !before.has(id)).length,
              removed: old.filter(({ id }) => !after.has(id)).length,
              changed: changed.length,
              unchanged: common.length - changed.length,
              examples: [],
            },
          )
          assert.equal(column(diff, 'a').changedCells, changed.filter(([was, is]) => was.a !== is.a).length)
          assert.equal(column(diff, 'b').changedCells, changed.filter(([was, is]) => was.b !== is.b).length)
          checkStatistics(diff, old, now)
        }),
        { numRuns: 40 },
      ),
    )
  })

  it('differ without a key as two bags of their rows do', async () => {
    const bags = array(record({ id: constantFrom(1, 2), ...row }), { maxLength: 12 })
    await withTables([], work, (database) =>
      assertProperty(
        asyncProperty(bags, bags, boolean(), async (old, now, isMostlyEqual) => {
          // Few differences among many rows are counted in another way than many.
          const base = isMostlyEqual ? Array.from({ length: 80 }, (): Row => ({ id: 3, a: 'x', b: 1.5 })) : []
          const [before, after] = [
            [...base, ...old],
            [...base, ...now],
          ]
          const left = new Map<string, number>()
          for (const each of before) left.set(literals(each), (left.get(literals(each)) ?? 0) + 1)
          for (const each of after) left.set(literals(each), (left.get(literals(each)) ?? 0) - 1)
          const counts = [...left.values()]
          const diff = await diffRandom(database, before, after, [])
          if (diff.rows?.keyIs !== 'none') return
          assert.equal(
            diff.rows.removed,
            counts.reduce((sum, each) => sum + Math.max(0, each), 0),
          )
          assert.equal(
            diff.rows.added,
            counts.reduce((sum, each) => sum + Math.max(0, -each), 0),
          )
          checkStatistics(diff, before, after)
        }),
        { numRuns: 40 },
      ),
    )
  })

  function checkStatistics(diff: TableDiff, old: readonly Row[], now: readonly Row[]): void {
    const { distribution, ...numbers } = column(diff, 'b')
    for (const [side, rows] of [
      ['old', old],
      ['new', now],
    ] as const) {
      const values = rows.flatMap(({ b }) => b ?? [])
      assert.equal(numbers[side]?.nullCount, rows.length - values.length)
      assert.equal(numbers[side]?.min, values.length === 0 ? null : Math.min(...values))
      assert.equal(numbers[side]?.max, values.length === 0 ? null : Math.max(...values))
      const mean = values.reduce((sum, each) => sum + each / values.length, 0)
      const found = numbers[side]?.mean ?? 0
      assert.ok(Math.abs(found - mean) <= 1e-9 * Math.max(1, Math.abs(mean)), `${found} for ${mean}`)
      const counts = distribution?.[side === 'old' ? 'oldCounts' : 'newCounts'] ?? []
      assert.equal(
        counts.reduce((sum, each) => sum + each, 0),
        distribution === undefined ? 0 : values.length,
      )
    }
    const categories = column(diff, 'a').distribution
    assert.ok(categories?.shape !== 'histogram')
    for (const [index, value] of (categories?.values ?? []).entries()) {
      assert.equal(categories?.oldCounts[index], old.filter(({ a }) => a === value).length)
      assert.equal(categories?.newCounts[index], now.filter(({ a }) => a === value).length)
    }
  }
})
