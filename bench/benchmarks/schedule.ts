import { plan, type PlanInput } from '../../src/compute/devices/plan.ts'
import { type SimulatedRun, simulate, type TracedJob } from '../../src/compute/devices/simulate.ts'
import { defineBenchmark } from '../benchmark.ts'
import { boundEnd } from '../schedule/bound.ts'
import { planInOrder, scheduleInHindsight } from '../schedule/hindsight.ts'
import { describeSchedule, type ScheduleFigures } from '../schedule/figures.ts'
import { drawTrace, machine } from '../schedule/trace.ts'

export default defineBenchmark({
  name: 'schedule',
  summary:
    '1,000 jobs that arrive at random on 8 pretended GPUs of 24, 48 and 80 GiB, in simulated time over the real plans, the mean of five traces. Utilization is the work of the jobs over the GPU time until the last has ended. In hindsight: the best of eight schedules by one who knows all durations; the bound, below which no schedule ends, is a configuration linear program from each arrival on, with gangs torn apart',
  measures: {
    utilization: { label: 'utilization', unit: '%', target: { timesPeer: 0.95 } },
    ofBound: { label: 'of the utilization at the bound', unit: '%' },
    longestWait: { label: 'longest wait', unit: 'h' },
    meanWait: { label: 'mean wait', unit: 'h' },
    planning: { label: 'one plan, 99th percentile', unit: 'ms', target: { atMost: 200 } },
    slowestPlan: { label: 'one plan, the slowest', unit: 'ms' },
    fullPlan: { label: 'one plan with all jobs in the queue', unit: 'ms', target: { atMost: 200 } },
  },
  describePeers: () => 'the schedule in hindsight and the one in order of arrival',
  open({ isQuick }) {
    const traces = (isQuick ? [1] : [1, 2, 3, 4, 5]).map((seed) => {
      const trace = drawTrace(isQuick ? 100 : 1000, seed)
      return { trace, bound: boundEnd(trace, machine.devices) }
    })
    const figuresOf = (schedule: (trace: readonly TracedJob[]) => readonly SimulatedRun[]) =>
      meanOf(traces.map(({ trace, bound }) => describeSchedule(schedule(trace), bound)))
    return Promise.resolve({
      ours() {
        const times: number[] = []
        const timed = (input: PlanInput) => {
          const start = performance.now()
          const result = plan(input)
          times.push(performance.now() - start)
          return result
        }
        const figures = figuresOf((trace) => simulate(trace, machine, { plan: timed }))
        const sorted = times.toSorted((a, b) => a - b)
        const planning = sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN
        const start = performance.now()
        plan({ ...machine, now: 0, running: [], queued: traces[0]?.trace ?? [] })
        const fullPlan = performance.now() - start
        return Promise.resolve({ ...figures, planning, slowestPlan: sorted.at(-1) ?? Number.NaN, fullPlan })
      },
      peers: {
        'in hindsight': () => Promise.resolve(figuresOf((trace) => scheduleInHindsight(trace, machine))),
        'in order': () => Promise.resolve(figuresOf((trace) => simulate(trace, machine, { plan: planInOrder }))),
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    })
  },
})

/** Of each figure the mean, but of the longest wait the longest. */
function meanOf(all: readonly ScheduleFigures[]): ScheduleFigures {
  const mean = (figure: keyof ScheduleFigures) => all.reduce((sum, one) => sum + one[figure], 0) / all.length
  return {
    utilization: mean('utilization'),
    ofBound: mean('ofBound'),
    longestWait: Math.max(...all.map(({ longestWait }) => longestWait)),
    meanWait: mean('meanWait'),
  }
}
