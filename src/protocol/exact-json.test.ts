import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { isExactRecord, numberText, parseExactJson, writeCanonicalJson } from './exact-json.ts'

describe('JSON that is kept as it was', () => {
  it('holds numbers that JavaScript does not', () => {
    const text = '{"id":12345678901234567890,"whole":1.0,"small":1e-400,"plain":[1,-2.5,true,null,"1.0"]}'
    assert.equal(JSON.stringify(parseExactJson(text)), text)
    const parsed = parseExactJson(text)
    assert.ok(isExactRecord(parsed))
    assert.deepEqual(Object.values(parsed).map(numberText).slice(0, 3), ['12345678901234567890', '1.0', '1e-400'])
    assert.ok(!isExactRecord(parsed['whole']))
  })

  it('is what JSON.parse says, of any JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value)
        assert.equal(JSON.stringify(parseExactJson(text)), text)
      }),
    )
  })

  it('has one text for all orders of keys', () => {
    const shuffled = (value: unknown): unknown =>
      isExactRecord(value)
        ? Object.fromEntries(
            Object.entries(value)
              .toReversed()
              .map(([k, v]) => [k, shuffled(v)]),
          )
        : value
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        assert.equal(writeCanonicalJson(shuffled(value)), writeCanonicalJson(value))
        assert.deepEqual(JSON.parse(writeCanonicalJson(value)), JSON.parse(JSON.stringify(value)))
      }),
    )
    assert.notEqual(writeCanonicalJson(parseExactJson('[1.0]')), writeCanonicalJson(parseExactJson('[1]')))
  })

  it('is none where the text is none, or is too deep', () => {
    for (const text of ['', '{', 'NaN', '['.repeat(101) + ']'.repeat(101)]) {
      assert.equal(parseExactJson(text), undefined, text.slice(0, 9))
    }
  })
})
