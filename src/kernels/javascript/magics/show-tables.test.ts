import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { renderValue } from '../render-value.ts'
import { showTables, tablesOf } from './show-tables.ts'

describe('what a magic shows', () => {
  it('is data for code, and JSON, HTML and text for a notebook', () => {
    const shown = showTables('runs', { a: 1 }, [{ title: 'Runs', columns: ['NAME'], rows: [['<b>']] }])
    assert.deepEqual({ ...shown }, { data: { a: 1 } })
    const bundle = renderValue(shown)
    assert.deepEqual(bundle['application/vnd.runwright.runs+json'], { a: 1 })
    assert.match(String(bundle['text/html']), /<b>Runs<\/b>.*<td[^>]*>&#60;b&#62;<\/td>/)
    assert.equal(bundle['text/plain'], 'Runs\n| NAME |\n|---|\n| <b> |\n')
  })

  it('may be any JSON', () => {
    const tables = tablesOf({ size: 3, none: [], outs: [{ path: 'a' }, { path: 'b', state: 'new' }], goal: { p: 1 } })
    assert.deepEqual(tables, [
      { title: '', columns: ['name', 'value'], rows: [['size', 3]] },
      {
        title: 'outs',
        columns: ['path', 'state'],
        rows: [
          ['a', undefined],
          ['b', 'new'],
        ],
      },
      { title: 'goal', columns: ['name', 'value'], rows: [['p', 1]] },
    ])
    assert.deepEqual(tablesOf([]), [])
  })
})
