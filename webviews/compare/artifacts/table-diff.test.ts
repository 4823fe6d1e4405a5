import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { LoggedColumn, LoggedTable } from '../../../src/protocol/logged-table.ts'
import { diffTables } from './table-diff.ts'

function tableOf(columns: Readonly<Record<string, readonly number[] | readonly (string | null)[]>>): LoggedTable {
  const made = Object.entries(columns).map(([name, values]): LoggedColumn => {
    const numbers = values.filter((value) => typeof value === 'number')
    return numbers.length > 0
      ? { kind: 'number', name, values: Float64Array.from(numbers) }
      : { kind: 'text', name, values: values.map((value) => (typeof value === 'string' ? value : null)) }
  })
  return { names: made, columns: made, rowCount: made[0]?.values.length ?? 0 }
}

const summarize = ({ rows }: ReturnType<typeof diffTables>) =>
  rows.map(({ change, left, right, changed }) => [change, left, right, changed])

describe('the difference between two tables', () => {
  it('pairs rows by a column that names them, whatever their order', () => {
    const left = tableOf({ name: ['a', 'b', 'c'], score: [1, 2, 3] })
    const right = tableOf({ name: ['c', 'd', 'a'], score: [3, 4, 1.5] })
    const diff = diffTables(left, right)
    assert.equal(diff.key, 'name')
    assert.deepEqual(summarize(diff), [
      ['changed', 0, 2, [1]],
      ['removed', 1, undefined, []],
      ['same', 2, 0, []],
      ['added', undefined, 1, []],
    ])
  })

  it('pairs rows by their place where no column names them', () => {
    const left = tableOf({ label: ['x', 'x'], score: [0.5, Number.NaN] })
    const right = tableOf({ label: ['x', 'y', 'x'], score: [0.5, Number.NaN, 1] })
    const diff = diffTables(left, right)
    assert.equal(diff.key, undefined)
    assert.deepEqual(summarize(diff), [
      ['same', 0, 0, []],
      ['changed', 1, 1, [0]],
      ['added', undefined, 2, []],
    ])
  })

  it('has the columns of both', () => {
    const diff = diffTables(tableOf({ id: [1, 2], a: ['x', null] }), tableOf({ b: ['y', 'y'], id: [1, 2] }))
    assert.deepEqual([diff.names, diff.key], [['id', 'a', 'b'], 'id'])
    assert.deepEqual(summarize(diff), [
      ['changed', 0, 0, [1, 2]],
      ['changed', 1, 1, [2]],
    ])
  })
})
