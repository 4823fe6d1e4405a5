import assert from 'node:assert/strict'
import { it } from 'node:test'
import { parseTableFilter } from '../../../src/protocol/mlflow/filter.ts'
import { joinConditions } from '../../../src/protocol/filter-text.ts'
import { quoteKey, toGroupCondition, toIdentifier } from './filter-terms.ts'

const parse = (filter: string | undefined) => parseTableFilter(filter ?? 'none', () => 'param')

it('quotes keys so that the engine reads them as they are', () => {
  for (const key of ['loss', 'val/loss', 'batch size', 'a"b', 'a`b', 'späß 🎉', 'x'.repeat(250), "it's", 'a.b']) {
    const [comparison] = parse(`${toIdentifier({ kind: 'param', key })} IS NULL`)
    assert.deepEqual(comparison?.identifier, { kind: 'param', key }, key)
  }
})

it('has no words for a key with both kinds of quotes, nor for what the grammar lacks', () => {
  assert.equal(quoteKey('a`b"c'), undefined)
  assert.equal(toIdentifier({ kind: 'metric', key: 'loss', aggregate: 'min' }), undefined)
  assert.equal(toIdentifier({ kind: 'attribute', key: 'duration' }), undefined)
  assert.equal(toIdentifier({ kind: 'dataset' }), undefined)
})

it('says which runs belong to a group, those without a value included', () => {
  const by = [
    { kind: 'param', key: 'model "x"' },
    { kind: 'tag', key: 'note' },
    { kind: 'attribute', key: 'status' },
  ] as const
  const values = (filter: string | undefined) => parse(filter).map((term) => ('value' in term ? term.value : null))
  assert.deepEqual(values(toGroupCondition(by, ["Ada's", null, 'FAILED'])), ["Ada's", null, 'FAILED'])
  assert.equal(toGroupCondition([{ kind: 'attribute', key: 'user_id' }], [null]), undefined)
  assert.equal(toGroupCondition([{ kind: 'metric', key: 'acc', aggregate: 'last' }], [0.5]), 'metrics.acc = 0.5')
})

it('joins conditions and leaves empty ones out', () => {
  assert.equal(joinConditions('', 'a > 1', ' ', 'b < 2'), 'a > 1 AND b < 2')
})
