import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { TableOrder } from '../../../src/protocol/run-table.ts'
import { toggleOrder } from './sort-order.ts'

const a = { kind: 'param', key: 'a' } as const
const b = { kind: 'param', key: 'b' } as const
const spell = (order: readonly TableOrder[]) =>
  order.map(({ column, descending }) => `${'key' in column ? column.key : ''}${descending ? '↓' : '↑'}`).join('')

it('sorts ascending, descending, then not at all', () => {
  const first = toggleOrder([], a, false)
  const second = toggleOrder(first, a, false)
  assert.deepEqual([spell(first), spell(second), spell(toggleOrder(second, a, false))], ['a↑', 'a↓', ''])
})

it('adds further columns behind, and keeps their places while they change', () => {
  const both = toggleOrder(toggleOrder([], a, false), b, true)
  assert.equal(spell(both), 'a↑b↑')
  assert.equal(spell(toggleOrder(both, a, true)), 'a↓b↑')
  assert.equal(spell(toggleOrder(toggleOrder(both, a, true), a, true)), 'b↑')
  assert.equal(spell(toggleOrder(both, b, false)), 'b↓')
})
