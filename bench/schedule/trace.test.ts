import assert from 'node:assert/strict'
import { it } from 'node:test'
import { drawTrace, machine, sumWork } from './trace.ts'

it('a seed gives the same jobs each time, and another seed others', () => {
  assert.deepEqual(drawTrace(50, 7), drawTrace(50, 7))
  assert.notDeepEqual(drawTrace(50, 7), drawTrace(50, 8))
})

it('jobs arrive at the rate at which the machine could just do the work', () => {
  const trace = drawTrace(1000, 1)
  const last = trace.at(-1)?.createdAt ?? 0
  const load = sumWork(trace) / machine.devices.length / last
  assert.ok(load > 0.9 && load < 1.1, String(load))
  const minutes = trace.map(({ durationMs }) => durationMs / 60_000)
  assert.ok(Math.min(...minutes) >= 1 && Math.max(...minutes) <= 120)
  assert.ok(trace.every(({ durationMs, resources }) => (resources.timeLimitSeconds ?? Infinity) * 1000 > durationMs))
})
