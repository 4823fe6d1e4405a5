import assert from 'node:assert/strict'
import { it } from 'node:test'
import { createRefetch } from './refetch.ts'

function createFetches(pauseMs = 0) {
  const fetches: { signal: AbortSignal; end(): void }[] = []
  let started = Promise.withResolvers<void>()
  const refetch = createRefetch(pauseMs, (signal) => {
    const { promise, resolve } = Promise.withResolvers<void>()
    fetches.push({ signal, end: resolve })
    started.resolve()
    started = Promise.withResolvers()
    return promise
  })
  return { refetch, fetches, next: () => started.promise }
}

it('many changes during a fetch lead to one more', async () => {
  const { refetch, fetches, next } = createFetches()
  refetch.request()
  for (let change = 0; change < 5; change++) refetch.request()
  assert.equal(fetches.length, 1)
  const second = next()
  fetches[0]?.end()
  await second
  assert.equal(fetches.length, 2)
  assert.equal(fetches[0]?.signal.aborted, false)
})

it('what is no longer wanted is given up', async () => {
  const { refetch, fetches } = createFetches()
  refetch.request()
  refetch.restart()
  assert.deepEqual(
    fetches.map(({ signal }) => signal.aborted),
    [true, false],
  )
  refetch.stop()
  assert.equal(fetches[1]?.signal.aborted, true)
  refetch.request()
  assert.equal(fetches.length, 3)
})
