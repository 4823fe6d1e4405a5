import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createIdleCount } from './idle-count.ts'

describe('the time for which nobody has used a kernel', () => {
  const open = () => createIdleCount({ startedAt: 0, lookMs: 100 })

  it('grows from look to look, and begins anew with each use', () => {
    const count = open()
    assert.deepEqual([count.look(100, false), count.look(200, false)], [100, 200])
    count.touch()
    assert.equal(count.look(300, false), 100)
    assert.deepEqual([count.look(400, true), count.look(500, false)], [0, 100])
  })

  it('is not that for which the machine was asleep', () => {
    const count = open()
    count.look(100, false)
    assert.equal(count.look(86_400_100, false), 300)
  })
})
