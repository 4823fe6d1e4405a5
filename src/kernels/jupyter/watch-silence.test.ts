import assert from 'node:assert/strict'
import { it, type TestContext } from 'node:test'
import { watchSilence } from './watch-silence.ts'

/** With a clock of its own. @param isReachable by another connection */
function watched(t: TestContext, { isBusy, isReachable }: { isBusy: boolean; isReachable: boolean }) {
  t.mock.timers.enable({ apis: ['setInterval'] })
  let now = 0
  t.mock.method(performance, 'now', () => now)
  const seen = { pings: 0, silences: [] as boolean[], givenUp: 0 }
  const parts = { isBusy, isReachable }
  const silence = watchSilence({
    isBusy: () => parts.isBusy,
    ping: () => void seen.pings++,
    isReachable: () => Promise.resolve(parts.isReachable),
    giveUp: () => void seen.givenUp++,
    tell: (isSilent) => void seen.silences.push(isSilent),
  })
  t.after(() => silence[Symbol.dispose]())
  silence.connected()
  return {
    silence,
    seen,
    parts,
    async pass(seconds: number) {
      for (let left = seconds; left > 0; left -= 5) {
        now += 5000
        t.mock.timers.tick(5000)
        await Promise.resolve().then(() => Promise.resolve())
      }
    },
  }
}

it('a connection on which a busy kernel answers no more is given up a minute after the server can be reached', async (t) => {
  const { silence, seen, parts, pass } = watched(t, { isBusy: true, isReachable: false })
  silence.heard(true)
  await pass(60)
  assert.deepEqual([seen.silences, seen.givenUp], [[true], 0])
  parts.isReachable = true
  await pass(60)
  assert.equal(seen.givenUp, 0)
  await pass(10)
  assert(seen.givenUp > 0)
})

it('what a network has held up is waited for, and the kernel is not silent when it comes', async (t) => {
  const { silence, seen, pass } = watched(t, { isBusy: true, isReachable: true })
  silence.heard(true)
  await pass(30)
  silence.heard(false)
  await pass(10)
  assert.deepEqual([seen.silences, seen.givenUp], [[true, false], 0])
})

it('a kernel that has never answered in the midst of a cell is not expected to', async (t) => {
  const { seen, pass } = watched(t, { isBusy: true, isReachable: true })
  await pass(300)
  assert.deepEqual([seen.silences, seen.givenUp], [[], 0])
  assert.equal(seen.pings, 60)
})

it('an idle kernel is asked nothing, and is silent while its server cannot be reached', async (t) => {
  const { seen, parts, pass } = watched(t, { isBusy: false, isReachable: false })
  await pass(20)
  parts.isReachable = true
  await pass(20)
  assert.deepEqual([seen.pings, seen.silences, seen.givenUp], [0, [true, false], 0])
})
