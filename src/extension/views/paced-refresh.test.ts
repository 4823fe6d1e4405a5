import assert from 'node:assert/strict'
import { describe, it, mock } from 'node:test'
import { createPacedRefresh } from './paced-refresh.ts'

describe('a paced refresh', () => {
  it('draws at once, then no more often than its interval, each item once', () => {
    mock.timers.enable({ apis: ['setTimeout'] })
    try {
      const drawn: (readonly string[])[] = []
      const refresh = createPacedRefresh<string>(210, (items) => drawn.push(items))
      refresh.add(['a'])
      assert.deepEqual(drawn, [['a']])
      refresh.add(['b'])
      refresh.add(['b', 'c'])
      mock.timers.tick(209)
      assert.equal(drawn.length, 1)
      mock.timers.tick(1)
      assert.deepEqual(drawn[1], ['b', 'c'])
      mock.timers.tick(1000)
      refresh.add(['d'])
      assert.deepEqual(drawn, [['a'], ['b', 'c'], ['d']])
      refresh.add(['e'])
      refresh.dispose()
      mock.timers.tick(1000)
      assert.equal(drawn.length, 3)
    } finally {
      mock.timers.reset()
    }
  })
})
