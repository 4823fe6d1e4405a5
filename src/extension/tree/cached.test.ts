import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createCached } from './cached.ts'

describe('a cached value', () => {
  it('is loaded once for all who want it, and again after it was cleared', async () => {
    let loads = 0
    const cached = createCached(async () => ++loads)
    assert.equal(cached.isEmpty(), true)
    assert.deepEqual(await Promise.all([cached.get(), cached.get()]), [1, 1])
    assert.equal(cached.peek(), 1)
    cached.clear()
    assert.equal(cached.peek(), undefined)
    assert.equal(await cached.get(), 2)
  })

  it('does not keep what was being loaded when it was cleared', async () => {
    const gate = Promise.withResolvers<string>()
    const cached = createCached(() => gate.promise)
    const old = cached.get()
    cached.clear()
    gate.resolve('old')
    assert.equal(await old, 'old')
    assert.equal(cached.peek(), undefined)
    assert.equal(cached.isEmpty(), true)
  })

  it('does not keep a failure', async () => {
    let loads = 0
    const cached = createCached(async () => {
      if (++loads === 1) throw new Error('away')
      return loads
    })
    await assert.rejects(cached.get(), /away/)
    assert.equal(cached.isEmpty(), true)
    assert.equal(await cached.get(), 2)
  })
})
