import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { LoggedColumn, LoggedTable } from '../../../src/protocol/logged-table.ts'
import { countConfusion, listLabels } from './confusion.ts'

function tableOf(...columns: LoggedColumn[]): LoggedTable {
  return { names: columns, columns, rowCount: columns[0]?.values.length ?? 0 }
}
const texts = (name: string, ...values: (string | null)[]): LoggedColumn => ({ kind: 'text', name, values })
const numbers = (name: string, ...values: number[]): LoggedColumn => ({
  kind: 'number',
  name,
  values: Float64Array.from(values),
})
const plain = (confusion: ReturnType<typeof countConfusion>) =>
  confusion && Object.fromEntries([...confusion.counts].map(([truth, row]) => [truth, Object.fromEntries(row)]))

describe('a confusion matrix', () => {
  it('counts predictions by their true label, and leaves out rows without one', () => {
    const table = tableOf(texts('t', 'cat', 'cat', 'dog', null), texts('p', 'cat', 'dog', 'dog', 'dog'))
    const confusion = countConfusion(table, { truth: 't', predicted: 'p' })
    assert.deepEqual(plain(confusion), { cat: { cat: 1, dog: 1 }, dog: { dog: 1 } })
    assert.deepEqual([confusion?.total, confusion?.correct, confusion?.leftOut], [3, 2, 1])
  })

  it('adds up counts where the table has them', () => {
    const table = tableOf(numbers('t', 0, 0, 1), numbers('p', 0, 1, 1), numbers('n', 5, 2, 7))
    assert.deepEqual(plain(countConfusion(table, { truth: 't', predicted: 'p', count: 'n' })), {
      '0': { '0': 5, '1': 2 },
      '1': { '1': 7 },
    })
  })

  it('takes a table that is the matrix as it is', () => {
    const table = tableOf(texts('', 'cat', 'dog'), numbers('cat', 3, 1), numbers('dog', 0, 4))
    const confusion = countConfusion(table, { truth: '' })
    assert.deepEqual(plain(confusion), { cat: { cat: 3, dog: 0 }, dog: { cat: 1, dog: 4 } })
    assert.deepEqual([confusion?.total, confusion?.correct], [8, 7])
  })

  it('is none of a table that lacks a column', () => {
    const table = tableOf(texts('t', 'cat'), texts('p', 'cat'))
    for (const columns of [
      { truth: 'x' },
      { truth: 't', predicted: 'x' },
      { truth: 't', predicted: 'p', count: 'x' },
    ]) {
      assert.equal(countConfusion(table, columns), undefined)
    }
  })

  it('has the labels of all runs, numbers by size', () => {
    const of = (...labels: number[]) =>
      countConfusion(tableOf(numbers('t', ...labels), numbers('p', ...labels)), { truth: 't', predicted: 'p' })
    const both = [of(10, 9), of(2)].filter((confusion) => confusion !== undefined)
    assert.deepEqual(listLabels(both), ['2', '9', '10'])
  })
})
