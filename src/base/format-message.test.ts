import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { formatMessage } from './format-message.ts'

describe('a message', () => {
  it('gets its values by their names, as often as they are named', () => {
    assert.equal(formatMessage('{a} and {b}, {a}', { a: 'x', b: 2 }, 'en'), 'x and 2, x')
  })

  it('keeps what there is no value for, and what is no placeholder', () => {
    assert.equal(formatMessage('{a} {toString} {}', {}, 'en'), '{a} {toString} {}')
  })

  it('shows values as they are, whatever they contain', () => {
    assert.equal(formatMessage('<{a}>', { a: '{b} # $& }', b: 'no' }, 'en'), '<{b} # $& }>')
  })

  it('separates the thousands of an integer and rounds nothing', () => {
    assert.equal(formatMessage('{a} {b}', { a: 1_234_567, b: 0.000012345 }, 'en'), '1,234,567 0.000012345')
  })
})

describe('a plural', () => {
  const runs = '{count, plural, one {# run} other {# runs of “{name}”}} deleted'

  it('takes the form of its number', () => {
    assert.equal(formatMessage(runs, { count: 1, name: 'a' }, 'en'), '1 run deleted')
    assert.equal(formatMessage(runs, { count: 1200, name: 'a' }, 'en'), '1,200 runs of “a” deleted')
  })

  it('takes “other” where the form of its number is missing', () => {
    assert.equal(formatMessage('{n, plural, other {# s}}', { n: 1 }, 'en'), '1 s')
  })

  it('leaves a # outside alone, and one that a value brings in', () => {
    assert.equal(formatMessage('#{n, plural, other {# {of}}}', { n: 2, of: '#3' }, 'en'), '#2 #3')
  })

  it('has six forms in Arabic, with western digits', () => {
    const forms = '{n, plural, zero {z} one {o} two {t} few {# f} many {# m} other {# x}}'
    const shown = [0, 1, 2, 3, 11, 100, 1234].map((n) => formatMessage(forms, { n }, 'ar'))
    assert.deepEqual(shown, ['z', 'o', 't', '3 f', '11 m', '100 x', '1,234 m'])
  })
})

it('in Arabic a name is isolated from the sentence, a number need not be', () => {
  assert.equal(
    formatMessage('{name} {n} {none}', { name: 'calm-otter', n: 5, none: '' }, 'ar'),
    '\u2068calm-otter\u2069 5 ',
  )
})
