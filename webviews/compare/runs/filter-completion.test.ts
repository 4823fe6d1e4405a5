import assert from 'node:assert/strict'
import { it } from 'node:test'
import { complete } from './filter-completion.ts'

const names = { metrics: ['acc', 'val/loss'], params: ['batch size', 'lr'], tags: ['note'] }

/** `|` is the caret. */
function suggest(written: string): { applied: string | undefined; items: readonly string[] } {
  const caret = written.indexOf('|')
  const filter = written.replace('|', '')
  const { from, to, items } = complete(filter, caret, names)
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

it('is quick among thousands of keys', () => {
  const metrics = Array.from({ length: 10_000 }, (_, index) => `layer ${index}/loss "x"`)
  const { items } = complete('lay', 3, { ...names, metrics })
  assert.equal(items.length, 50)
})
