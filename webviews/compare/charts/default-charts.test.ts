import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createChartId, createDefaultCharts } from './default-charts.ts'

const keysOf = (metrics: readonly string[], headline?: string) =>
  createDefaultCharts(metrics, headline, () => '1').map(({ keys }) => keys)

describe('the charts of a new view', () => {
  it('begin with the headline metric', () =>
    assert.deepEqual(keysOf(['a', 'accuracy', 'b'], 'accuracy'), [['accuracy'], ['a'], ['b']]))
  it('show metrics of the same last component together', () =>
    assert.deepEqual(keysOf(['train/loss', 'train/lr', 'val/loss'], 'val/loss'), [
      ['val/loss', 'train/loss'],
      ['train/lr'],
    ]))
  it('are twelve at most', () => assert.equal(keysOf(Array.from({ length: 40 }, (_, n) => `m${n}`)).length, 12))
  it('keep a metric apart that too many share a name with', () =>
    assert.equal(keysOf(Array.from({ length: 8 }, (_, n) => `layer${n}/norm`)).length, 8))
})

it('a chart gets the first free number for its id', () => {
  assert.equal(createChartId([{ id: '1' }, { id: '3' }]), '2')
})
