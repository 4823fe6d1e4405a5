import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toResult } from './result.ts'

describe('a result', () => {
  it('says how many times as fast we are, where less is better and where more is', () => {
    assert.equal(toResult({ label: 'start', unit: 'ms' }, [10, 20, 30], [900, 600, 100]).ratio, 30)
    assert.equal(toResult({ label: 'rate', unit: 'requests/s' }, [900], [30]).ratio, 30)
    assert.equal(toResult({ label: 'memory', unit: 'MB' }, [200], [100]).ratio, 0.5)
  })

  it('is held against the best of several peers', () => {
    const peers = new Map([
      ['slow', [50]],
      ['quick', [20]],
      ['unable', []],
    ])
    const { ratio, peers: figures } = toResult({ label: 'zoom', unit: 'ms' }, [10], [], peers)
    assert.equal(ratio, 2)
    assert.deepEqual(Object.keys(figures ?? {}), ['slow', 'quick'])
  })

  it('meets a target on the ratio from the target on', () => {
    const measure = { label: 'rate', unit: 'requests/s', target: { timesPeer: 10 } } as const
    assert.equal(toResult(measure, [100], [10]).isMet, true)
    assert.equal(toResult(measure, [99], [10]).isMet, false)
  })

  it('meets a target of its own up to the target, with no peer', () => {
    const measure = { label: 'activation', unit: 'ms', target: { atMost: 100 } } as const
    assert.deepEqual(toResult(measure, [1, 100, 500], []), {
      measure,
      ours: { median: 100, samples: [1, 100, 500] },
      isMet: true,
    })
    assert.equal(toResult(measure, [101], []).isMet, false)
  })

  it('is neither met nor missed without a target', () => {
    assert.equal(toResult({ label: 'download', unit: 'MB/s' }, [1], [2]).isMet, undefined)
  })
})
