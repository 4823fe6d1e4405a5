import type { GpuHours } from '../../protocol/gpu-hours.ts'
import type { MetricPoint } from '../../protocol/runs.ts'

/** A time in which a run had GPUs. Milliseconds since 1970-01-01 UTC. */
export interface GpuLease {
  readonly gpus: number
  readonly from: number
  readonly to: number
}

const hourMs = 3_600_000

/** A sample speaks for no more of the time before it: three intervals of sampling. */
const maxSampleMs = 30_000

/**
 * Sums up the GPU time of a run from its leases and its metrics.
 *
 * @param utilization the points of `system/gpu_0_utilization_percentage` and so on, by the GPU's number, in any order.
 *   Each stands for the time since the one before it or since the lease began, up to half a minute; the last one also
 *   for what is left until the end.
 */
export function sumGpuHours(
  leases: readonly GpuLease[],
  utilization: readonly (readonly Pick<MetricPoint, 'timestamp' | 'value'>[])[],
): GpuHours {
  const series = utilization.map((points) => points.toSorted((a, b) => a.timestamp - b.timestamp))
  let [leased, used, measured] = [0, 0, 0]
  for (const { gpus, from, to } of leases) {
    leased += gpus * Math.max(0, to - from)
    for (const points of series.slice(0, gpus)) {
      for (const { ms, value } of toSpans(points, from, to)) {
        measured += ms
        used += (ms * Math.min(100, Math.max(0, value))) / 100
      }
    }
  }
  const [all, busy] = [leased / hourMs, used / hourMs]
  return { leased: all, used: busy, idle: measured / hourMs - busy, unmeasured: all - measured / hourMs }
}

/** The spans of time from `from` to `to` that each point stands for. */
function toSpans(points: readonly Pick<MetricPoint, 'timestamp' | 'value'>[], from: number, to: number) {
  const inside = points.filter(({ timestamp, value }) => timestamp >= from && timestamp <= to && !Number.isNaN(value))
  const last = inside.at(-1)
  const tail = last === undefined ? [] : [{ ms: Math.min(maxSampleMs, to - last.timestamp), value: last.value }]
  const spans = inside.map(({ timestamp, value }, index) => ({
    ms: Math.min(maxSampleMs, timestamp - (inside[index - 1]?.timestamp ?? from)),
    value,
  }))
  return [...spans, ...tail]
}
