import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { mapConcurrently } from './map-concurrently.ts'

describe('mapConcurrently', () => {
  it('keeps the order of the items and the limit', async () => {
    let underWay = 0
    let most = 0
    const doubled = await mapConcurrently([5, 1, 4, 2, 3], 2, async (turns) => {
      most = Math.max(most, ++underWay)
      for (let left = turns; left > 0; left -= 1) await turn()
      underWay -= 1
      return turns * 2
    })
    assert.deepEqual(doubled, [10, 2, 8, 4, 6])
    assert.equal(most, 2)
  })

  it('starts no more after a failure', async () => {
    const started: number[] = []
    const mapped = mapConcurrently([1, 2, 3, 4], 2, async (item) => {
      started.push(item)
      await turn()
      throw new Error(`${item}`)
    })
    await assert.rejects(mapped, /^Error: 1$/)
    await turn()
    assert.deepEqual(started, [1, 2])
  })

  it('maps nothing to nothing', async () => {
    assert.deepEqual(await mapConcurrently([], 3, async () => 1), [])
  })
})
