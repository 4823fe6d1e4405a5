import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createCoalesced } from './coalesced.ts'

describe('coalesced work', () => {
  it('runs once more, and only once, for all who asked while it ran', async () => {
    const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    let started = 0
    const ask = createCoalesced(async () => gates[started++]?.promise)

    const first = ask()
    const others = [ask(), ask(), ask()]
    assert.equal(started, 1)
    gates[0]?.resolve()
    await first
    gates[1]?.resolve()
    await Promise.all(others)
    assert.equal(started, 2)
  })

  it('fails for those who waited for the run that failed, and runs again for the others', async () => {
    const outcomes = [Promise.reject(new Error('lost')), Promise.resolve()]
    let started = 0
    const ask = createCoalesced(async () => outcomes[started++])
    const first = ask()
    const second = ask()
    await assert.rejects(first, /lost/)
    await second
    await ask()
    assert.equal(started, 3)
  })
})
