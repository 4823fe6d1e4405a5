import assert from 'node:assert/strict'
import { it } from 'node:test'
import { isRecord, stringifyJson } from './json.ts'

for (const [value, text] of [
  [{ a: 1, b: [null, 'null'] }, '{"a":1,"b":[null,"null"]}'],
  [{ a: Number.NaN }, '{"a":"NaN"}'],
  [[Infinity, -Infinity, null, 0], '["Infinity","-Infinity",null,0]'],
  [{ a: undefined }, '{}'],
] as const) {
  it(`writes ${text}`, () => {
    assert.equal(stringifyJson(value), text)
  })
}

it('tells objects from lists and null', () => {
  assert.deepEqual([{}, { a: 1 }, [], null, 'x', undefined].map(isRecord), [true, true, false, false, false, false])
})
