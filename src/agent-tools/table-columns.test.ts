import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { nameColumn, parseColumn, parseOrder } from './table-columns.ts'

describe('a column as a model names it', () => {
  it('is read, and named the same', () => {
    for (const text of [
      'metrics.loss',
      'metrics.val/loss min',
      'params.lr',
      'tags.mlflow.user',
      'attributes.duration',
      'dataset',
    ]) {
      assert.equal(nameColumn(parseColumn(text)), text)
    }
    assert.deepEqual(parseColumn('metric.`my loss` max'), { kind: 'metric', key: 'my loss', aggregate: 'max' })
  })

  it('has a direction in an order, upwards unless it says otherwise', () => {
    const column = { kind: 'metric', key: 'loss', aggregate: 'min' }
    assert.deepEqual(parseOrder('metrics.loss min desc'), { column, descending: true })
    assert.deepEqual(parseOrder('metrics.loss min'), { column, descending: false })
  })

  it('is refused with what there is instead', () => {
    assert.throws(() => parseColumn('loss'), /Write metrics\.KEY/)
    assert.throws(() => parseColumn('attributes.age'), /There are: run_name, /)
  })
})
