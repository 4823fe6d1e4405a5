import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import type { Machine, RunningJob } from './machine.ts'
import { plan, type PlanInput } from './plan.ts'
import { toDemand } from './resource-pool.ts'
import { gibibyte, toDevices, toExperimentId, toJobId } from './scratch-jobs.ts'
import { simulate, type TracedJob } from './simulate.ts'
import { describeExcess } from './wait-reason.ts'

const machine: fc.Arbitrary<Machine> = fc.record({
  devices: fc
    .array(fc.tuple(fc.constantFrom(8, 24, 80), fc.integer({ min: 0, max: 3 })), { maxLength: 5 })
    .map((gpus) =>
      toDevices(...gpus.map(([size]) => size)).map((device, index) => ({
        ...device,
        // Every fourth has a program of someone else on it.
        hasForeign: gpus[index]?.[1] === 3,
        foreignBytes: gpus[index]?.[1] === 3 ? 3 * gibibyte : 0,
      })),
    ),
  cpus: fc.constantFrom(2, 8),
  memoryBytes: fc.constantFrom(16 * gibibyte, 64 * gibibyte),
  running: fc.constant([]),
})

/** Few different sizes and times, so that ties and exact fits are the rule. */
const shape = fc.record(
  {
    gpus: fc.integer({ min: 0, max: 4 }),
    gpuMemoryBytes: fc.constantFrom(4, 8, 21, 24, 80).map((size) => size * gibibyte),
    cpus: fc.integer({ min: 1, max: 4 }),
    memoryBytes: fc.constantFrom(4 * gibibyte, 16 * gibibyte),
  },
  { requiredKeys: [], noNullPrototype: true },
)

const trace: fc.Arbitrary<readonly TracedJob[]> = fc
  .array(
    fc.record({
      resources: shape,
      experiment: fc.integer({ min: 0, max: 2 }),
      priority: fc.constantFrom(0, 0, 0, 1, -1),
      createdAt: fc.integer({ min: 0, max: 100 }).map((seconds) => seconds * 1000),
      durationMs: fc.integer({ min: 1, max: 60 }).map((seconds) => seconds * 1000),
      limit: fc.option(fc.integer({ min: 1, max: 90 }), { nil: undefined }),
    }),
    { minLength: 1, maxLength: 25 },
  )
  .map((jobs) =>
    jobs.map(({ experiment, limit, resources, ...job }, index) => ({
      ...job,
      resources: { ...resources, ...(limit === undefined ? {} : { timeLimitSeconds: limit }) },
      jobId: toJobId(index + 1),
      experimentId: toExperimentId(experiment),
    })),
  )

/** Fails when what runs is more than the machine has, or is laid where it must not be. */
function assertWithinMachine({ devices, cpus, memoryBytes }: Machine, running: readonly RunningJob[]): void {
  const demands = running.map((job) => ({ ...toDemand(job.resources), uuids: job.gpus }))
  const sum = (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number, 0)
  assert.ok(sum(demands.map((demand) => demand.cpus)) <= cpus, 'CPUs')
  assert.ok(sum(demands.map((demand) => demand.memoryBytes)) <= memoryBytes, 'memory')
  for (const { gpus, uuids } of demands) {
    assert.equal(uuids.length, gpus, 'all GPUs of a job or none')
    assert.equal(new Set(uuids).size, gpus, 'each GPU once')
  }
  for (const { uuid, capacityBytes, foreignBytes, hasForeign } of devices) {
    const here = demands.filter(({ uuids }) => uuids.includes(uuid))
    const promised = here.map(({ gpuMemoryBytes }) => gpuMemoryBytes ?? capacityBytes)
    assert.ok(sum(promised) + foreignBytes <= capacityBytes || here.length === 1, 'GPU memory')
    if (here.some(({ gpuMemoryBytes }) => gpuMemoryBytes === undefined)) {
      assert.equal(here.length, 1, 'a job has its GPU alone')
      assert.ok(!hasForeign, 'no program of someone else beside it')
    } else assert.ok(sum(promised) + foreignBytes <= capacityBytes, 'shared GPU memory')
  }
}

describe('whatever comes', () => {
  it('nothing is ever promised twice', () => {
    fc.assert(
      fc.property(machine, trace, (machine, trace) => {
        simulate(trace, machine, { watch: (_, running) => assertWithinMachine(machine, running) })
      }),
      { numRuns: 400 },
    )
  })

  it('each job runs at last that would run on the machine if it were empty, and no other', () => {
    fc.assert(
      fc.property(machine, trace, (machine, trace) => {
        const ran = new Set(simulate(trace, machine).map(({ job }) => job.jobId))
        for (const job of trace) {
          const isAlone = plan({ ...machine, now: job.createdAt, queued: [job] }).start.length === 1
          assert.equal(ran.has(job.jobId), isAlone, JSON.stringify(job))
          if (describeExcess(toDemand(job.resources), machine) !== undefined) assert.ok(!isAlone)
        }
      }),
      { numRuns: 400 },
    )
  })

  it('of two jobs that differ in their age alone the older starts first', () => {
    fc.assert(
      fc.property(machine, trace, fc.nat(), (machine, trace, at) => {
        const older = trace[at % trace.length]
        if (older === undefined) return
        const younger = { ...older, jobId: toJobId(1000), createdAt: older.createdAt + 500 }
        const started = simulate([...trace, younger], machine).map(({ job }) => job.jobId)
        const [first, second] = [started.indexOf(older.jobId), started.indexOf(younger.jobId)]
        assert.ok(second === -1 || (first !== -1 && first < second))
      }),
      { numRuns: 400 },
    )
  })

  it('every job of the queue is started or told why not, once', () => {
    fc.assert(
      fc.property(machine, trace, (machine, queued) => {
        const { start, waiting } = plan({ ...machine, now: 100_000, queued })
        const told = [...start, ...waiting].map(({ jobId }) => jobId)
        assert.deepEqual(told.toSorted(), queued.map(({ jobId }) => jobId).toSorted())
        for (const { reason } of waiting)
          assert.match(reason, /^(waits for|waits behind other jobs for|asks for) [\w.]/)
      }),
      { numRuns: 200 },
    )
  })
})

describe('no job waits for ever', () => {
  const minute = 60_000
  const devices = toDevices(24, 24, 24, 24)
  const gang: TracedJob = {
    jobId: toJobId(1),
    experimentId: toExperimentId(1),
    priority: 0,
    createdAt: minute,
    resources: { gpus: 4 },
    durationMs: minute,
  }

  /** A job a minute for ever on four GPUs, each of up to ten minutes: more than fits beside one another. */
  function stream(limits: boolean, change: (index: number) => Partial<TracedJob>): readonly TracedJob[] {
    return Array.from({ length: 600 }, (_, index) => ({
      jobId: toJobId(1000 + index),
      experimentId: toExperimentId(2),
      priority: 0,
      createdAt: index * minute,
      resources: { gpus: 1, ...(limits ? { timeLimitSeconds: 600 } : {}) },
      durationMs: (1 + ((index * 7) % 10)) * minute,
      ...change(index),
    }))
  }

  const waitOf = (trace: readonly TracedJob[]) => {
    const run = simulate([gang, ...trace], { devices, cpus: 8, memoryBytes: 64 * gibibyte }).find(
      ({ job }) => job === gang,
    )
    return run === undefined ? Infinity : run.startedAt - gang.createdAt
  }

  it('one for all GPUs starts as soon as what ran before it has ended', () => {
    for (const limits of [true, false]) {
      assert.ok(waitOf(stream(limits, () => ({}))) <= 10 * minute, `limits: ${limits}`)
    }
  })

  it('one of an experiment that holds most of the machine is not passed by the others for ever', () => {
    const held = stream(false, (index) => ({ experimentId: toExperimentId(index % 2 === 0 ? 1 : 2) }))
    assert.ok(waitOf(held) < 8 * 60 * minute)
  })

  it('one of low priority starts within a bounded time of a stream of higher ones', () => {
    const day = 24 * 60 * minute
    const low = { ...gang, resources: { gpus: 1 }, priority: -1 }
    // Each of the stream takes all GPUs for a day, and the next one is there before it ends.
    const trace = Array.from({ length: 30 }, (_, index) => ({
      ...gang,
      jobId: toJobId(1000 + index),
      createdAt: index * day,
      durationMs: day + minute,
    }))
    const run = simulate([low, ...trace], { devices, cpus: 8, memoryBytes: 64 * gibibyte }).find(
      ({ job }) => job === low,
    )
    assert.ok(run !== undefined && run.startedAt < 9 * day, `${run?.startedAt ?? 0 / day} days`)
  })
})

it('a job for which room is kept is never put off by what starts before it', () => {
  fc.assert(
    fc.property(machine, trace, (machine, trace) => {
      let promised: { readonly jobId: string; readonly at: number } | undefined
      let queued = new Set<string>()
      simulate(
        // All with limits, so that a promise rests on no guess, and all of one priority.
        trace.map((job) => ({
          ...job,
          resources: { ...job.resources, timeLimitSeconds: 90 },
          priority: 0,
        })),
        machine,
        {
          plan(input: PlanInput) {
            const result = plan(input)
            queued = new Set(result.waiting.map(({ jobId }) => jobId))
            if (promised !== undefined && queued.has(promised.jobId)) {
              assert.equal(result.reserved?.jobId, promised.jobId)
              assert.ok((result.reserved?.at ?? Infinity) <= promised.at)
            }
            promised = result.reserved
            return result
          },
        },
      )
    }),
    { numRuns: 400 },
  )
})
