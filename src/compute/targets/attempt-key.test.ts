import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isAttemptKey } from './attempt-key.ts'

describe('the key of an attempt', () => {
  const id = '0123456789abcdef'.repeat(2)

  it('is a job id with a number from 1', () => {
    assert.deepEqual([`${id}-1`, `${id}-120`].map(isAttemptKey), [true, true])
  })

  it('is nothing that a shell or a path would take for something else', () => {
    const others = ['', id, `${id}-`, `${id}-0`, `${id}-01`, `${id}-1-2`, `${id}-1/..`, `${id}-1\n`, `../${id}-1`]
    for (const text of [...others, `${id.toUpperCase()}-1`, `${id}-1;x`]) assert.equal(isAttemptKey(text), false, text)
  })
})
