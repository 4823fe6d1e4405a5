import assert from 'node:assert/strict'
import { it } from 'node:test'
import * as fc from 'fast-check'
import { parse } from 'yaml'
// dumps_yaml({'outs': [{'path': text}]}) of dvc 3.67.1.
import ofDvc from './scalars-of-dvc.json' with { type: 'json' }
import { formatScalar } from './yaml-scalar.ts'

const write = (text: string) => `outs:\n- path: ${formatScalar(text, '- path: '.length, 4)}\n`

it('writes text as DVC’s YAML library does', () => {
  for (const { text, written } of ofDvc) assert.equal(write(text), written)
})

it('quotes text of which the library of DVC loses spaces, since it breaks its line after several of them', () => {
  const gap = ' '.repeat(69)
  assert.equal(write(`a${gap}bbbb c`), `outs:\n- path: 'a${gap}bbbb\n    c'\n`)
})

it('writes text that any YAML parser reads back', () => {
  const word = fc.string({ unit: 'grapheme', maxLength: 12 })
  const spaces = fc.nat({ max: 40 }).map((count) => ' '.repeat(count))
  const text = fc.oneof(
    word,
    fc.array(word, { maxLength: 40 }).map((words) => words.join(' ')),
    fc.array(fc.oneof(word, spaces), { maxLength: 12 }).map((parts) => parts.join('')),
  )
  fc.assert(
    fc.property(text, (value) => {
      const read: unknown = parse(write(value), { version: '1.2' })
      assert.deepEqual(read, { outs: [{ path: value }] })
    }),
    { numRuns: 500 },
  )
})
