import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { sumGpuHours } from './gpu-hours.ts'

const hour = 3_600_000
const every10s = (from: number, to: number, value: number) =>
  Array.from({ length: (to - from) / 10_000 }, (_, index) => ({ timestamp: from + (index + 1) * 10_000, value }))
const rounded = (hours: object) =>
  Object.fromEntries(Object.entries(hours).map(([key, value]) => [key, Math.round(Number(value) * 1000) / 1000]))

describe('GPU-hours', () => {
  it('are used as far as the GPU was computing, and idle for the rest', () => {
    const leases = [{ gpus: 2, from: 0, to: hour }]
    const utilization = [every10s(0, hour, 100), every10s(0, hour, 25)]
    assert.deepEqual(rounded(sumGpuHours(leases, utilization)), { leased: 2, used: 1.25, idle: 0.75, unmeasured: 0 })
  })

  it('are summed over all attempts of a run, and not over the time between them', () => {
    const leases = [
      { gpus: 1, from: 0, to: hour },
      { gpus: 1, from: 3 * hour, to: 4 * hour },
    ]
    const utilization = [[...every10s(3 * hour, 4 * hour, 50), ...every10s(0, hour, 100)]]
    assert.deepEqual(rounded(sumGpuHours(leases, utilization)), { leased: 2, used: 1.5, idle: 0.5, unmeasured: 0 })
  })

  it('are unmeasured where no sample speaks for them', () => {
    const half = [every10s(0, hour / 2, 100)]
    const hours = sumGpuHours([{ gpus: 1, from: 0, to: hour }], half)
    assert.deepEqual(rounded(hours), { leased: 1, used: 0.508, idle: 0, unmeasured: 0.492 })
    const gap = [[...every10s(0, hour / 4, 100), ...every10s(hour / 2, hour, 100)]]
    assert.deepEqual(rounded(sumGpuHours([{ gpus: 1, from: 0, to: hour }], gap)), {
      leased: 1,
      used: 0.756,
      idle: 0,
      unmeasured: 0.244,
    })
    assert.deepEqual(sumGpuHours([{ gpus: 4, from: 0, to: hour }], []), { leased: 4, used: 0, idle: 0, unmeasured: 4 })
  })

  it('add up, whatever was sampled', () => {
    const points = fc.array(
      fc.record({ timestamp: fc.integer({ min: -1e5, max: 1e6 }), value: fc.double({ min: -10, max: 200 }) }),
      { maxLength: 20 },
    )
    const lease = fc.record({
      gpus: fc.integer({ min: 1, max: 3 }),
      from: fc.integer({ min: 0, max: 5e5 }),
      to: fc.integer({ min: 0, max: 1e6 }),
    })
    fc.assert(
      fc.property(lease, fc.array(points, { maxLength: 4 }), (lease, utilization) => {
        const { leased, used, idle, unmeasured } = sumGpuHours([lease], utilization)
        assert.ok(Math.abs(used + idle + unmeasured - leased) < 1e-9)
        for (const hours of [leased, used, idle, unmeasured]) assert.ok(hours > -1e-9, String(hours))
      }),
      { numRuns: 500 },
    )
  })
})
