import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RunwrightError } from './errors.ts'
import { parseTableFile } from './table-file.ts'

const whole = { offset: 0, limit: 100 }

const fails = (code: string) => (error: unknown) => error instanceof RunwrightError && error.code === code

describe('a logged table', () => {
  it('has the columns of log_table, numbers as numbers and NaN where there is none', () => {
    const text = '{"columns":["x","y",3],"data":[[1,"a",true],[null,null,null],[2.5,"c",false]]}'
    const { columns, rowCount, names } = parseTableFile('t.json', text, whole)
    assert.equal(rowCount, 3)
    assert.deepEqual(names, [
      { name: 'x', kind: 'number' },
      { name: 'y', kind: 'text' },
      { name: '3', kind: 'text' },
    ])
    assert.deepEqual(columns, [
      { kind: 'number', name: 'x', values: Float64Array.of(1, Number.NaN, 2.5) },
      { kind: 'text', name: 'y', values: ['a', null, 'c'] },
      { kind: 'text', name: '3', values: ['true', null, 'false'] },
    ])
  })

  it('has images as their paths, and anything else as JSON', () => {
    const image = { type: 'image', filepath: 'table_images/t/1.png', compressed_filepath: 'table_images/t/1.webp' }
    const text = JSON.stringify({ columns: ['image', 'box'], data: [[image, [1, 2]]] })
    assert.deepEqual(parseTableFile('t.json', text, whole).columns, [
      { kind: 'image', name: 'image', values: ['table_images/t/1.png'] },
      { kind: 'text', name: 'box', values: ['[1,2]'] },
    ])
  })

  it('gives the rows and columns that are asked for, whose kind follows from all rows', () => {
    const text = '{"columns":["x","y"],"data":[[1,2],[3,4],["five",6]]}'
    const { columns, rowCount } = parseTableFile('t.json', text, { columns: ['x'], offset: 1, limit: 1 })
    assert.deepEqual(columns, [{ kind: 'text', name: 'x', values: ['3'] }])
    assert.equal(rowCount, 3)
  })

  it('may be a CSV or TSV file', () => {
    const expected = [
      { kind: 'text', name: 'name', values: ['a,b', null] },
      { kind: 'number', name: 'score', values: Float64Array.of(0.5, Infinity) },
    ]
    assert.deepEqual(parseTableFile('t.csv', 'name,score\n"a,b",0.5\n,inf\n', whole).columns, expected)
    assert.deepEqual(parseTableFile('t.TSV', 'name\tscore\na,b\t0.5\n\tinf\n', whole).columns, expected)
  })

  it('may have no rows', () => {
    assert.deepEqual(parseTableFile('t.json', '{"columns":["x"],"data":[]}', whole), {
      names: [{ name: 'x', kind: 'text' }],
      columns: [{ kind: 'text', name: 'x', values: [] }],
      rowCount: 0,
    })
  })

  it('is refused in words when the file is none', () => {
    for (const text of ['[1, 2]', '{"columns": 3}', 'no JSON', '['.repeat(100_000)]) {
      assert.throws(() => parseTableFile('t.json', text, whole), fails('INVALID_PARAMETER_VALUE'))
    }
    assert.throws(() => parseTableFile('t.parquet', '', whole), fails('NOT_IMPLEMENTED'))
  })
})
