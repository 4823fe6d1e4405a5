import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { ViewColumn } from '../../../src/protocol/saved-view.ts'
import { arrangeColumns, changeColumn, moveColumn, showColumns } from './view-columns.ts'

const shown = (key: string, pinned = false): ViewColumn => ({ column: { kind: 'param', key }, width: 100, pinned })
const spell = (columns: readonly ViewColumn[]) =>
  columns.map(({ column, pinned }) => `${'key' in column ? column.key : ''}${pinned ? '!' : ''}`).join(' ')

it('puts pinned columns first and leaves the rest in order', () => {
  assert.equal(spell(arrangeColumns([shown('a'), shown('b', true), shown('c'), shown('d', true)])), 'b! d! a c')
})

it('moves a column, and pins it by moving it among the pinned', () => {
  const columns = [shown('a', true), shown('b'), shown('c')]
  assert.equal(spell(moveColumn(columns, 1, 3)), 'a! c b')
  assert.equal(spell(moveColumn(columns, 2, 1)), 'a! c b')
  assert.equal(spell(moveColumn(columns, 2, 0)), 'c! a! b')
  assert.equal(spell(moveColumn(columns, 0, 3)), 'b c a')
  assert.equal(spell(moveColumn(columns, 1, -5)), 'b! a! c')
})

it('shows a metric once however its aggregate is changed', () => {
  const metric = (aggregate: 'last' | 'max') => ({ kind: 'metric', key: 'acc', aggregate }) as const
  const columns = [metric('last'), metric('max')].map((column) => ({ column, width: 1, pinned: false }))
  assert.equal(changeColumn(columns, metric('last'), { column: metric('max') }).length, 1)
  assert.equal(showColumns(columns, [metric('last')], false).length, 0)
  assert.equal(showColumns(columns, [metric('last')], true).length, 2)
})
