import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { TableColumn } from '../../../src/protocol/run-table.ts'
import { complete } from './filter-completion.ts'

const names = { metrics: ['acc', 'val/loss'], params: ['batch size', 'lr', 'optimizer'], tags: ['note'] }

const optimizers = ['adam', 'sgd', "o'adam"]
const valuesOf = (column: TableColumn) => (column.kind === 'param' && column.key === 'optimizer' ? optimizers : [])

/** `|` is the caret. */
function suggest(written: string): { applied: string | undefined; items: readonly string[] } {
  const caret = written.indexOf('|')
  const filter = written.replace('|', '')
  const { from, to, items } = complete(filter, caret, names, valuesOf)
  const [first] = items
  return { items, applied: first === undefined ? undefined : filter.slice(0, from) + first + filter.slice(to) }
}

it('suggests names, operators and AND where each may stand', () => {
  assert.equal(suggest('ac|').applied, 'metrics.acc')
  assert.equal(suggest('metrics.a|').applied, 'metrics.acc')
  assert.equal(suggest('bat|').applied, 'params.`batch size`')
  assert.equal(suggest('lo|').applied, 'metrics.`val/loss`')
  assert.deepEqual(suggest('acc |').items, ['>', '>=', '<', '<=', '=', '!='])
  assert.deepEqual(suggest('params.lr l|').items, ['LIKE'])
  assert.equal(suggest('params.lr IS NOT NULL |').applied, 'params.lr IS NOT NULL AND')
  assert.equal(suggest('acc > 0.5 a|').applied, 'acc > 0.5 AND')
  assert.equal(suggest('acc > 0.5 AND no|').applied, 'acc > 0.5 AND tags.note')
  assert.equal(suggest("status = 'fin|").applied, "status = 'FINISHED'")
})

it('suggests nothing where a value is up to the user', () => {
  assert.deepEqual(suggest('acc > |').items, [])
  assert.deepEqual(suggest("params.lr = 'a AND |").items, [])
})

it('suggests the values there are where a text is compared', () => {
  assert.deepEqual(suggest('params.optimizer = |').items, ["'adam'", "'sgd'", "'o''adam'"])
  assert.deepEqual(suggest("optimizer != 'AD|").items, ["'adam'", "'o''adam'"])
  assert.equal(suggest('params.`optimizer` = s|').applied, "params.`optimizer` = 'sgd'")
  assert.equal(suggest("optimizer = 'o''a|").applied, "optimizer = 'o''adam'")
  assert.equal(suggest("optimizer NOT IN ('adam', |").items[1], "'sgd'")
  assert.deepEqual(suggest('params.optimizer LIKE |').items, [])
  assert.deepEqual(suggest('attributes.status = |').items.length, 5)
  assert.equal(suggest("attributes.status = 'k|").applied, "attributes.status = 'KILLED'")
})

it('tells whose values are asked for', () => {
  const asked = (filter: string) => complete(filter, filter.length, names, valuesOf).column
  assert.deepEqual(asked('lr = '), { kind: 'param', key: 'lr' })
  assert.deepEqual(asked('tags.`a b` = '), { kind: 'tag', key: 'a b' })
  assert.deepEqual(asked('attributes.user_id IN ('), { kind: 'attribute', key: 'user_id' })
  assert.deepEqual(['acc = ', 'start_time = ', 'lr', 'lr LIKE ', 'nowhere.x = '].map(asked), Array(5).fill(undefined))
})

it('is quick among thousands of keys', () => {
  const metrics = Array.from({ length: 10_000 }, (_, index) => `layer ${index}/loss "x"`)
  const { items } = complete('lay', 3, { ...names, metrics }, valuesOf)
  assert.equal(items.length, 50)
})
