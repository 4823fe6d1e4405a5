import { type Machine, openPool } from '../../src/compute/devices/machine.ts'
import type { Plan, PlanInput } from '../../src/compute/devices/plan.ts'
import { findPlace, takePlace, toDemand } from '../../src/compute/devices/resource-pool.ts'
import { type SimulatedRun, simulate, type TracedJob } from '../../src/compute/devices/simulate.ts'

/** How urgent a job is for one who knows how long it will take; the highest goes first. */
type Urgency = (job: TracedJob) => number

const gpusOf = ({ resources }: TracedJob) => resources.gpus ?? 1

/** Rules of list scheduling that come close to the optimum where durations are known; some are made for gangs. */
const urgencies: readonly Urgency[] = [
  (job) => job.durationMs,
  (job) => job.durationMs * gpusOf(job),
  (job) => gpusOf(job) * 1e9 + job.durationMs,
  (job) => gpusOf(job) * 1e9 - job.createdAt,
  (job) => (job.resources.gpuMemoryBytes ?? 0) + gpusOf(job) * 1e12 + job.durationMs,
  (job) => job.durationMs * Math.sqrt(gpusOf(job)) - job.createdAt / 10,
]

/** A plan that starts whatever fits, the most urgent first, and keeps room for nobody. */
function planByUrgency(trace: readonly TracedJob[], urgency: Urgency): (input: PlanInput) => Plan {
  const rank = new Map(trace.toSorted((a, b) => urgency(b) - urgency(a)).map(({ jobId }, index) => [jobId, index]))
  return (input) => {
    const pool = openPool(input)
    const queued = input.queued.toSorted((a, b) => (rank.get(a.jobId) ?? 0) - (rank.get(b.jobId) ?? 0))
    const start = queued.flatMap(({ jobId, resources }) => {
      const demand = toDemand(resources)
      const gpus = findPlace(pool, demand)
      if (gpus === undefined) return []
      takePlace(pool, demand, gpus)
      return [{ jobId, gpus }]
    })
    return { start, waiting: [] }
  }
}

/** A plan that starts jobs strictly in the order of their arrival: none before an older one. */
export function planInOrder(input: PlanInput): Plan {
  const pool = openPool(input)
  const start: { jobId: PlanInput['queued'][number]['jobId']; gpus: readonly string[] }[] = []
  for (const { jobId, resources } of input.queued.toSorted((a, b) => a.createdAt - b.createdAt)) {
    const demand = toDemand(resources)
    const gpus = findPlace(pool, demand)
    if (gpus === undefined) break
    takePlace(pool, demand, gpus)
    start.push({ jobId, gpus })
  }
  return { start, waiting: [] }
}

/**
 * The schedule that ends first of all that are tried by one who knows how long each job will take: list schedules by
 * several rules, which let gangs starve, and our own plans with the exact durations as time limits, by experiment and
 * as one queue. It comes close to the optimum, which lies between it and the bound.
 */
export function scheduleInHindsight(
  trace: readonly TracedJob[],
  machine: Omit<Machine, 'running'>,
): readonly SimulatedRun[] {
  const exact = trace.map((job) => ({
    ...job,
    resources: { ...job.resources, timeLimitSeconds: job.durationMs / 1000 },
  }))
  const experimentId = trace[0]?.experimentId
  const oneQueue = experimentId === undefined ? exact : exact.map((job) => ({ ...job, experimentId }))
  const tried = [
    ...urgencies.map((urgency) => simulate(trace, machine, { plan: planByUrgency(trace, urgency) })),
    simulate(exact, machine),
    simulate(oneQueue, machine),
  ]
  return tried.reduce((best, runs) => (endOf(runs) < endOf(best) ? runs : best))
}

function endOf(runs: readonly SimulatedRun[]): number {
  return Math.max(...runs.map(({ endedAt }) => endedAt))
}
