import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createPendingAnswers } from './pending-answers.ts'

describe('pending answers', () => {
  it('give each question its own answer, in whatever order they come', async () => {
    const pending = createPendingAnswers<string>()
    const ids: number[] = []
    const asked = [pending.ask((id) => ids.push(id)), pending.ask((id) => ids.push(id))]
    const [first = 0, second = 0] = ids
    pending.resolve(second, 'two')
    pending.reject(first, new Error('one failed'))
    pending.resolve(first, 'too late')
    assert.deepEqual(await Promise.allSettled(asked), [
      { status: 'rejected', reason: new Error('one failed') },
      { status: 'fulfilled', value: 'two' },
    ])
  })

  it('reject what waits and what comes later by the first error of the end, and send no more', async () => {
    const pending = createPendingAnswers<string>()
    const waits = pending.ask(() => {})
    pending.end(new Error('gone'))
    pending.end(new Error('gone twice'))
    await assert.rejects(waits, /^Error: gone$/)
    await assert.rejects(
      pending.ask(() => assert.fail('nobody is there')),
      /^Error: gone$/,
    )
  })
})
