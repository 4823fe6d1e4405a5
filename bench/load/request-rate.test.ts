import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { it } from 'node:test'
import { measureRequestRate } from './request-rate.ts'

it('every client waits for its answer before it sends again, and all answers count', async () => {
  const sent: number[][] = [[], [], []]
  let underWay = 0
  let most = 0
  const start = performance.now()
  const rate = await measureRequestRate({
    clients: 3,
    durationMs: 50,
    async send(client, index) {
      most = Math.max(most, (underWay += 1))
      await delay(1)
      underWay -= 1
      sent[client]?.push(index)
    },
  })
  const elapsedMs = performance.now() - start
  assert.equal(most, 3)
  for (const indexes of sent) assert.deepEqual(indexes, [...indexes.keys()])
  // Our clock ran a little longer than the one inside.
  const atLeast = (sent.flat().length / elapsedMs) * 1000
  assert.ok(rate >= atLeast && rate < atLeast * 1.5, `${rate} is not a little above ${atLeast}`)
})
