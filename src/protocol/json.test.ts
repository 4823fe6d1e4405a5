import assert from 'node:assert/strict'
import { it } from 'node:test'
import { isRecord, parseForeignJson, stringifyJson } from './json.ts'

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

for (const [what, text, value] of [
  ['what is JSON', '{"a":[1,null,"x"]}', { a: [1, null, 'x'] }],
  ['null', 'null', null],
  ['nothing that is none', '{"a":', undefined],
  ['lists a hundred deep', `${'['.repeat(100)}${']'.repeat(100)}`, JSON.parse(`${'['.repeat(100)}${']'.repeat(100)}`)],
  ['no lists deeper than that', `${'['.repeat(101)}${']'.repeat(101)}`, undefined],
  ['no objects deeper than that', `${'{"a":'.repeat(101)}1${'}'.repeat(101)}`, undefined],
  ['many lists beside one another', `[${'[],'.repeat(1000)}[]]`, Array.from({ length: 1001 }, () => [])],
  ['brackets in a text', `["\\"${'['.repeat(1000)}\\\\"]`, [`"${'['.repeat(1000)}\\`]],
] as const) {
  it(`parses ${what}`, () => {
    assert.deepEqual(parseForeignJson(text), value)
  })
}
