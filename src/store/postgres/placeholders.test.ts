import assert from 'node:assert/strict'
import { it } from 'node:test'
import { numberPlaceholders } from './placeholders.ts'

it('placeholders are numbered from the left, whatever is between them', () => {
  assert.equal(numberPlaceholders('a = ? and (b, c) >= (?, ?)'), 'a = $1 and (b, c) >= ($2, $3)')
  assert.equal(numberPlaceholders('select 1'), 'select 1')
})

it('a question mark in a text, a name or a comment is none', () => {
  const text = `select '?', 'it''s ?', "a ""?""", ? -- why ?\n, /* ? ' */ ? from t where x = '' and y = ?`
  const expected = `select '?', 'it''s ?', "a ""?""", $1 -- why ?\n, /* ? ' */ $2 from t where x = '' and y = $3`
  assert.equal(numberPlaceholders(text), expected)
})
