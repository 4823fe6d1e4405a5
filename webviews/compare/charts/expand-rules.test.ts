import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { CurveRuleSpec } from '../../../src/protocol/saved-view.ts'
import { createCurveChart } from './default-charts.ts'
import { expandRules } from './expand-rules.ts'

const options = { axis: 'relative', logX: false, logY: true, smoothing: 0.5, clipOutliers: false } as const
const rule: CurveRuleSpec = { kind: 'rule', id: '2', pattern: '^layer_\\d+/', ...options }
const metrics = ['layer_10/norm', 'loss', 'Layer_2/norm']

describe('a rule', () => {
  it('stands for a chart of each metric that it finds, in the order of their numbers', () => {
    const places = expandRules([createCurveChart('1', ['loss']), rule], metrics)
    assert.deepEqual(
      places.map((place) => (place.kind === 'rule' ? place.found : place.spec.id)),
      ['1', 2, '2:Layer_2/norm', '2:layer_10/norm'],
    )
    const [, , part] = places
    assert.deepEqual(part, {
      kind: 'chart',
      rule,
      spec: { kind: 'curves', id: '2:Layer_2/norm', keys: ['Layer_2/norm'], ...options },
    })
  })

  it('has its heading alone where it finds nothing, or is no regular expression', () => {
    for (const pattern of ['nothing', '(']) {
      assert.deepEqual(expandRules([{ ...rule, pattern }], metrics), [
        { kind: 'rule', rule: { ...rule, pattern }, found: 0 },
      ])
    }
  })

  it('draws no more than a hundred charts, and tells how many there are', () => {
    const many = Array.from({ length: 250 }, (_, layer) => `layer_${layer}/norm`)
    const [heading, ...parts] = expandRules([rule], many)
    assert.ok(heading?.kind === 'rule')
    assert.deepEqual([heading.found, parts.length], [250, 100])
  })
})
