import type { Metric } from '../../protocol/runs.ts'
import type { GpuDevice } from './device.ts'

/** MLflow samples its system metrics as often. */
export const sampleIntervalMs = 10_000

/** As `utilization_percentage` of the first of a run's GPUs: `system/gpu_0_utilization_percentage`. */
export function toGpuMetricKey(index: number, name: string): string {
  return `system/gpu_${index}_${name}`
}

/**
 * What GPUs do now, under the names and in the units of MLflow's own system metrics
 * (mlflow/system_metrics/metrics/gpu_monitor.py): megabytes are 1e6 bytes, figures have one decimal. MLflow counts the
 * GPUs of the machine; here 0 is the first of the run's own.
 *
 * @param devices a run's GPUs in the order it was given them; undefined for one that is not seen now
 * @param sample.startedAt when the run's first attempt started, in milliseconds since 1970-01-01 UTC: a step is one
 *   interval of sampling, so that steps go on over a restart
 */
export function toSystemMetrics(
  devices: readonly (GpuDevice | undefined)[],
  { timestamp, startedAt }: { readonly timestamp: number; readonly startedAt: number },
): readonly Metric[] {
  const step = Math.max(0, Math.floor((timestamp - startedAt) / sampleIntervalMs))
  return devices.flatMap((device, index) =>
    Object.entries(device === undefined ? {} : toFigures(device)).flatMap(([name, value]) =>
      value === undefined
        ? []
        : [{ key: toGpuMetricKey(index, name), value: Math.round(value * 10) / 10, step, timestamp }],
    ),
  )
}

function toFigures(device: GpuDevice): Readonly<Record<string, number | undefined>> {
  const { memoryUsedBytes, memoryTotalBytes, powerWatts, powerLimitWatts } = device
  return {
    memory_usage_percentage: toPercentage(memoryUsedBytes, memoryTotalBytes),
    memory_usage_megabytes: memoryUsedBytes === undefined ? undefined : memoryUsedBytes / 1e6,
    utilization_percentage: device.utilizationPercent,
    power_usage_watts: powerWatts,
    power_usage_percentage: toPercentage(powerWatts, powerLimitWatts),
  }
}

function toPercentage(part: number | undefined, whole: number | undefined): number | undefined {
  return part === undefined || whole === undefined || whole === 0 ? undefined : (part / whole) * 100
}
