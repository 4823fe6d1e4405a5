import type { Measurement } from '../goals.ts'
import { bootstrapInterval } from '../bootstrap.ts'
import { nearestRank } from '../percentile.ts'

/** Times of runs of one model. */
export interface Latency {
  /** Milliseconds. Their intervals hold over rounds, since runs next to each other are alike. */
  readonly p50: Measurement
  readonly p95: Measurement
  readonly p99: Measurement
  readonly meanMs: number
  /** Of the processor, all threads, for one run. */
  readonly cpuMs: number
  readonly throughput: Measurement
  readonly runs: number
}

/** Some runs on end. */
export interface Round {
  readonly runsMs: Float64Array
  /** Of the processor for all of them. */
  readonly cpuMs: number
}

/** Rounds are drawn for an interval this often. */
const draws = 200

/** @param batch samples of a run */
export function describeLatency(rounds: readonly Round[], batch: number): Latency {
  const all = Array.from(rounds, (_, place) => place)
  const measure = (statistic: (pooled: Float64Array) => number): Measurement => ({
    value: statistic(pool(rounds, all)),
    interval: bootstrapInterval(rounds.length, (places) => statistic(pool(rounds, places)), draws),
  })
  const percentile = (share: number) => measure((pooled) => nearestRank(pooled.toSorted(), share))
  const runs = rounds.reduce((sum, { runsMs }) => sum + runsMs.length, 0)
  return {
    p50: percentile(0.5),
    p95: percentile(0.95),
    p99: percentile(0.99),
    meanMs: mean(pool(rounds, all)),
    cpuMs: rounds.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / runs,
    throughput: measure((pooled) => (batch * 1000) / mean(pooled)),
    runs,
  }
}

function pool(rounds: readonly Round[], places: Iterable<number>): Float64Array {
  const chosen = Array.from(places, (place) => rounds[place]?.runsMs ?? new Float64Array())
  const pooled = new Float64Array(chosen.reduce((sum, { length }) => sum + length, 0))
  let start = 0
  for (const runs of chosen) {
    pooled.set(runs, start)
    start += runs.length
  }
  return pooled
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

export function medianOf({ runsMs }: Round): number {
  return nearestRank(runsMs.toSorted(), 0.5)
}
