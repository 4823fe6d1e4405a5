import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { gibibyte, toDevices, toExperimentId, toJobId } from '../../src/compute/devices/scratch-jobs.ts'
import { simulate } from '../../src/compute/devices/simulate.ts'
import { boundEnd, listConfigurations } from './bound.ts'
import { planInOrder, scheduleInHindsight } from './hindsight.ts'
import { maximize } from './simplex.ts'
import { drawTrace, machine } from './trace.ts'

const job = (number: number, gpus: number, durationMs: number, memory?: number, createdAt = 0) => ({
  jobId: toJobId(number),
  experimentId: toExperimentId(0),
  priority: 0,
  createdAt,
  durationMs,
  resources: { gpus, ...(memory === undefined ? {} : { gpuMemoryBytes: memory * gibibyte }) },
})
const near = (actual: number, expected: number) => assert.ok(Math.abs(actual - expected) < 1e-6, String(actual))

describe('the bound', () => {
  it('is the work over the GPUs, or the longest job', () => {
    near(boundEnd([job(1, 1, 30), job(2, 2, 30), job(3, 1, 10)], toDevices(24, 24)), 50)
    near(boundEnd([job(1, 1, 90), job(2, 1, 10)], toDevices(24, 24)), 90)
  })

  it('begins anew with each arrival', () => {
    near(boundEnd([job(1, 1, 10), job(2, 2, 10, undefined, 100)], toDevices(24, 24)), 110)
  })

  it('knows that large shares have few places, and that two of 16 GiB do not share 24', () => {
    near(boundEnd([job(1, 1, 10, 70), job(2, 1, 10, 70), job(3, 1, 1)], toDevices(24, 80)), 20)
    near(boundEnd([job(1, 1, 10, 16), job(2, 1, 10, 16)], toDevices(24)), 20)
    near(boundEnd([job(1, 1, 10, 16), job(2, 1, 10, 8)], toDevices(24)), 10)
  })

  it('is passed by no schedule', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const trace = drawTrace(60, seed)
      const bound = boundEnd(trace, machine.devices)
      const ends = [
        simulate(trace, machine),
        simulate(trace, machine, { plan: planInOrder }),
        scheduleInHindsight(trace, machine),
      ].map((runs) => {
        assert.equal(runs.length, trace.length)
        return Math.max(...runs.map(({ endedAt }) => endedAt))
      })
      for (const end of ends) assert.ok(end >= bound - 1e-3, `seed ${seed}: ${end} < ${bound}`)
    }
  })
})

it('the configurations of a GPU are the job alone and all full sets of shares', () => {
  const sets = listConfigurations([undefined, 8, 16], 24).map((counts) => counts.join(' '))
  for (const set of ['1 0 0', '0 3 0', '0 1 1']) assert.ok(sets.includes(set), set)
  assert.ok(!sets.includes('0 0 2'))
})

describe('a linear program', () => {
  it('has its greatest value in a corner', () => {
    // Dantzig’s: 3x + 5y with x ≤ 4, 2y ≤ 12, 3x + 2y ≤ 18.
    near(
      maximize(
        [3, 5],
        [
          [1, 0],
          [0, 2],
          [3, 2],
        ],
        [4, 12, 18],
      ),
      36,
    )
    near(maximize([-1, -1], [[1, 1]], [1]), 0)
  })

  it('may have none', () => {
    assert.throws(() => maximize([1], [[-1]], [1]), /no greatest value/)
  })
})
