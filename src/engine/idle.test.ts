import assert from 'node:assert/strict'
import { describe, it, mock } from 'node:test'
import { createIdleWatch } from './idle.ts'

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs

/** A watch of ten minutes on a clock that only `pass` moves. */
function watchOnFakeClock(state: { inUse?: boolean; activeRuns?: number }) {
  mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 0 })
  let idleCount = 0
  const watch = createIdleWatch({
    idleMs: 10 * minuteMs,
    now: Date.now,
    isInUse: () => state.inUse === true,
    countActiveRuns: () => Promise.resolve(state.activeRuns ?? 0),
    onIdle: () => idleCount++,
  })
  return {
    touch: () => watch.touch(),
    stop: () => watch[Symbol.dispose](),
    idleCount: () => idleCount,
    async pass(ms: number) {
      // In steps, because a check counts runs before it sets its next timer.
      for (let passed = 0; passed < ms; passed += minuteMs) {
        mock.timers.tick(Math.min(minuteMs, ms - passed))
        await new Promise((resolve) => setImmediate(resolve))
      }
    },
    [Symbol.dispose]() {
      watch[Symbol.dispose]()
      mock.timers.reset()
    },
  }
}

describe('the idle watch', () => {
  it('ends an engine that nobody used for the time', async () => {
    using clock = watchOnFakeClock({})
    await clock.pass(9 * minuteMs)
    assert.equal(clock.idleCount(), 0)
    await clock.pass(minuteMs)
    assert.equal(clock.idleCount(), 1)
  })

  it('counts from the last request', async () => {
    using clock = watchOnFakeClock({})
    await clock.pass(9 * minuteMs)
    clock.touch()
    await clock.pass(9 * minuteMs)
    assert.equal(clock.idleCount(), 0)
    await clock.pass(minuteMs)
    assert.equal(clock.idleCount(), 1)
  })

  it('counts from when the last one stopped listening', async () => {
    const state = { inUse: true }
    using clock = watchOnFakeClock(state)
    await clock.pass(60 * minuteMs)
    state.inUse = false
    await clock.pass(9 * minuteMs)
    assert.equal(clock.idleCount(), 0)
    await clock.pass(11 * minuteMs)
    assert.equal(clock.idleCount(), 1)
  })

  it('waits a day for a run that says it goes on, because its process could not start the engine again', async () => {
    using clock = watchOnFakeClock({ activeRuns: 1 })
    await clock.pass(dayMs - 10 * minuteMs)
    assert.equal(clock.idleCount(), 0)
    await clock.pass(20 * minuteMs)
    assert.equal(clock.idleCount(), 1)
  })

  it('says nothing any more once it is disposed', async () => {
    using clock = watchOnFakeClock({})
    clock.stop()
    await clock.pass(60 * minuteMs)
    assert.equal(clock.idleCount(), 0)
  })
})
