import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseTableFilter } from '../../../src/protocol/mlflow/filter.ts'
import { noChoice, readChoice, roundOutwards, withoutChoice, writeChoice } from './facet-terms.ts'
import { splitFilter } from './filter-split.ts'

const loss = { kind: 'metric', key: 'val loss', aggregate: 'last' } as const
const optimizer = { kind: 'param', key: 'optimizer' } as const
const status = { kind: 'attribute', key: 'status' } as const

describe('a filter taken apart', () => {
  it('gives each comparison as it is written', () => {
    const terms = splitFilter("a >= 1e-3  and params.`b c` IN ('x', 'it''s') AND tags.note IS NOT NULL")
    assert.deepEqual(terms, [
      { text: 'a >= 1e-3', name: 'a', operator: '>=', values: ['1e-3'] },
      { text: "params.`b c` IN ('x', 'it''s')", name: 'params.b c', operator: 'IN', values: ['x', "it's"] },
      { text: 'tags.note IS NOT NULL', name: 'tags.note', operator: 'IS NOT NULL', values: [] },
    ])
    assert.deepEqual(splitFilter('  '), [])
    assert.deepEqual(
      splitFilter("name = 'a AND b'")?.map(({ values }) => values),
      [['a AND b']],
    )
  })

  it('says when it is none', () => {
    for (const text of ['a >', 'a = ?', 'a > 1 AND', "a = 'x", 'a', 'a IS NOT']) {
      assert.equal(splitFilter(text), undefined, text)
    }
  })
})

describe('a choice in a facet', () => {
  it('stands in the filter in the engine’s own grammar, and is read back from there', () => {
    const range = { ...noChoice, from: 0.25, to: 1 }
    const filter = writeChoice("accuracy > 0.9 AND status = 'FAILED'", loss, range)
    assert.equal(
      filter,
      "accuracy > 0.9 AND status = 'FAILED' AND metrics.`val loss` >= 0.25 AND metrics.`val loss` <= 1",
    )
    assert.deepEqual(readChoice(filter, loss), range)
    const texts = { ...noChoice, texts: ['adam', "it's, AND (more)"] }
    const written = writeChoice(filter, optimizer, texts) ?? ''
    assert.deepEqual(readChoice(written, optimizer), texts)
    const parsed = parseTableFilter(written, () => 'metric').at(-1)
    assert.deepEqual(parsed, { identifier: { kind: 'param', key: 'optimizer' }, operator: 'IN', values: texts.texts })
  })

  it('takes the place of the one before, and leaves what else was typed', () => {
    const typed = "params.optimizer LIKE 'a%' AND optimizer = 'adam' AND loss < 1"
    const one = { ...noChoice, texts: ['sgd'] }
    const expected = "params.optimizer LIKE 'a%' AND loss < 1 AND params.optimizer = 'sgd'"
    assert.equal(writeChoice(typed, optimizer, one), expected)
    assert.equal(writeChoice(expected, optimizer, noChoice), "params.optimizer LIKE 'a%' AND loss < 1")
    assert.equal(withoutChoice("status IN ('FAILED', 'KILLED')", status), '')
    assert.equal(writeChoice('loss >', optimizer, one), undefined)
    assert.equal(writeChoice('', { kind: 'dataset' }, one), undefined)
  })

  it('has ends that leave nothing out that lies on them', () => {
    for (const value of [0.123456789, -0.123456789, 1234567.89, -1e-9, 0, 5]) {
      assert.ok(roundOutwards(value, true) >= value, String(value))
      assert.ok(roundOutwards(value, false) <= value, String(value))
      assert.ok(Math.abs(roundOutwards(value, true) - value) <= Math.abs(value) * 2e-5)
    }
  })
})
