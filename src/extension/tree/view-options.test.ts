import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  defaultViewOptions,
  describeViewOptions,
  isOrderedByMetric,
  parseViewOptions,
  toRunQuery,
} from './view-options.ts'

const accuracy = { key: 'val accuracy', goal: 'maximize' } as const

describe('the query of a view', () => {
  it('asks for the headline metric and nothing else by default', () => {
    assert.deepEqual(toRunQuery(defaultViewOptions, accuracy), { columns: [{ kind: 'metric', key: 'val accuracy' }] })
  })

  it('joins the filter, the name and the wish to hide finished runs by AND', () => {
    const { filter } = toRunQuery(
      { ...defaultViewOptions, filter: ' params.lr = "1" ', name: "it's", hideFinished: true },
      null,
    )
    assert.equal(
      filter,
      'params.lr = "1" AND attributes.run_name ILIKE "%it\'s%"' +
        " AND attributes.status != 'FINISHED' AND attributes.status != 'FAILED' AND attributes.status != 'KILLED'",
    )
  })

  it('sorts by the group before the sort, and lists the group’s value', () => {
    const groupBy = { kind: 'param', key: 'learning rate' } as const
    const sort = { kind: 'metric', key: 'val/loss', descending: true } as const
    assert.deepEqual(toRunQuery({ ...defaultViewOptions, groupBy, sort }, null), {
      columns: [{ kind: 'param', key: 'learning rate' }],
      orderBy: ['params.`learning rate` ASC', 'metrics.`val/loss` DESC'],
    })
  })

  it('needs no column for the status, which every run has', () => {
    const query = toRunQuery({ ...defaultViewOptions, groupBy: { kind: 'status', key: 'status' } }, null)
    assert.deepEqual(query, { columns: [], orderBy: ['attributes.`status` ASC'] })
  })
})

describe('a metric that is logged', () => {
  it('may rearrange runs that are sorted by it', () => {
    const sort = { kind: 'metric', key: 'loss', descending: false } as const
    assert.equal(isOrderedByMetric({ ...defaultViewOptions, sort }, 'loss'), true)
    assert.equal(isOrderedByMetric({ ...defaultViewOptions, sort }, 'accuracy'), false)
  })

  it('may rearrange runs that are filtered by any metric', () => {
    assert.equal(isOrderedByMetric({ ...defaultViewOptions, filter: 'metrics.a > 1' }, 'loss'), true)
    assert.equal(isOrderedByMetric({ ...defaultViewOptions, filter: 'metric.`a b` > 1' }, 'loss'), true)
    assert.equal(isOrderedByMetric({ ...defaultViewOptions, filter: "params.a = 'x'" }, 'loss'), false)
  })
})

describe('the description of a view', () => {
  it('is missing when nothing is set', () => assert.equal(describeViewOptions(defaultViewOptions), undefined))

  it('names all that is set', () => {
    const options = parseViewOptions({
      sort: { kind: 'metric', key: 'loss', descending: false },
      filter: 'params.a = "b"',
      name: 'otter',
      groupBy: { kind: 'tag', key: 'team' },
      hideFinished: true,
    })
    assert.equal(
      describeViewOptions(options),
      'name contains “otter” · filter: params.a = "b" · finished runs hidden · grouped by team · sorted by loss ↑',
    )
  })
})

describe('options kept by an earlier window', () => {
  it('come back as they were', () => {
    const kept = { ...defaultViewOptions, filter: 'params.a = "b"', groupBy: { kind: 'tag', key: 'team' } } as const
    assert.deepEqual(parseViewOptions(JSON.parse(JSON.stringify(kept))), kept)
  })

  for (const kept of [undefined, null, 'text', { sort: 1, filter: 2, name: [], groupBy: {}, hideFinished: 'yes' }]) {
    it(`are the defaults when what was kept is ${JSON.stringify(kept)}`, () => {
      assert.deepEqual(parseViewOptions(kept), defaultViewOptions)
    })
  }
})
