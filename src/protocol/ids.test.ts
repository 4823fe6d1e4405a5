import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseExperimentId, parseModelId, parseRunId } from './ids.ts'

describe('ids', () => {
  it('of runs are what MLflow allows and no path', () => {
    assert.equal(parseRunId('0123456789abcdef0123456789abcdef'), '0123456789abcdef0123456789abcdef')
    assert.equal(parseRunId('my_run-7'), 'my_run-7')
    for (const text of ['', '..', 'a/b', '-a', 'a'.repeat(257), 'a\n']) {
      assert.equal(parseRunId(text), undefined, JSON.stringify(text))
    }
  })

  it('of experiments are decimal numbers', () => {
    assert.equal(parseExperimentId('0'), '0')
    for (const text of ['', '01', '-1', '1.0', '1\n', '1e3']) {
      assert.equal(parseExperimentId(text), undefined, JSON.stringify(text))
    }
  })

  it('of models are `m-` and 32 hex digits', () => {
    assert.equal(parseModelId(`m-${'a'.repeat(32)}`), `m-${'a'.repeat(32)}`)
    assert.equal(parseModelId(`m-${'A'.repeat(32)}`), undefined)
  })
})
