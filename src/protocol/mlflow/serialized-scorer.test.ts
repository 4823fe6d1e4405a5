import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { checkSerializedScorer } from './serialized-scorer.ts'

const check = (scorer: unknown) => checkSerializedScorer(JSON.stringify(scorer))
const withOptions = (kwargs: unknown) => ({ third_party_scorer_data: { kwargs } })

describe('a scorer', () => {
  it('is taken when it is data alone', () => {
    check({ name: 'a', call_source: null, instructions_judge_pydantic_data: { model: 'openai:/gpt-4.1-mini' } })
    check(withOptions({ threshold: 0.5, model_kwargs: { temperature: 0 } }))
    check(withOptions(null))
  })

  it('is refused with code in it, however deep', () => {
    assert.throws(() => check({ call_source: 'return 1' }), /arbitrary code execution/)
    assert.throws(() => check({ ensemble_scorer_data: { scorers: [{ a: [{ call_source: '' }] }] } }), /arbitrary code/)
  })

  it('is refused when it says where its requests go, however it hides it', () => {
    assert.throws(() => check(withOptions({ base_url: 'http://h' })), /must not contain 'base_url'/)
    assert.throws(() => check(withOptions({ a: [['api_base', 'http://h']] })), /must not contain 'api_base'/)
    const inner = { scorers: [withOptions({ b: { model_list: [], fallbacks: [] } })] }
    assert.throws(() => check({ ensemble: inner }), /must not contain 'fallbacks', 'model_list'/)
    assert.throws(() => check(withOptions([['a', 1]])), /must be a JSON object/)
  })

  it('is refused when it is none', () => {
    for (const written of ['{', '', '[]', 'null', '"text"', `${'['.repeat(200)}`]) {
      assert.throws(() => checkSerializedScorer(written), /must be/, written)
    }
    assert.throws(() => check({ builtin_scorer_pydantic_data: { model: 7 } }), /model must be a string/)
    assert.throws(() => check({ builtin_scorer_pydantic_data: { model: 'gateway://chat' } }), /name='chat'/)
  })
})
