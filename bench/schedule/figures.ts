import type { SimulatedRun } from '../../src/compute/devices/simulate.ts'
import { machine, sumWork } from './trace.ts'

const hourMs = 3_600_000

/** How well a schedule used the GPUs, and how long its jobs waited. */
export interface ScheduleFigures {
  /** The work of the jobs over the GPU time until the last has ended, in per cent. */
  readonly utilization: number
  /** Of the utilization that no schedule can exceed, in per cent. */
  readonly ofBound: number
  /** In hours. */
  readonly longestWait: number
  /** In hours. */
  readonly meanWait: number
}

/** @param bound milliseconds on the trace's clock, before which no schedule ends */
export function describeSchedule(runs: readonly SimulatedRun[], bound: number): ScheduleFigures {
  const end = Math.max(...runs.map(({ endedAt }) => endedAt))
  const waits = runs.map(({ job, startedAt }) => (startedAt - job.createdAt) / hourMs)
  return {
    utilization: (100 * sumWork(runs.map(({ job }) => job))) / (machine.devices.length * end),
    ofBound: (100 * bound) / end,
    longestWait: Math.max(...waits),
    meanWait: waits.reduce((sum, wait) => sum + wait, 0) / waits.length,
  }
}
