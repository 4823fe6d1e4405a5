import type { GpuHours } from '../protocol/devices.ts'
import type { JobAttempt } from '../protocol/jobs.ts'
import type { MetricPoint } from '../protocol/runs.ts'
import type { Tracking } from '../tracking/tracking.ts'
import { type GpuLease, sumGpuHours } from './devices/gpu-hours.ts'
import { toGpuMetricKey } from './devices/system-metrics.ts'
import type { JobRecord } from './job-record.ts'

/**
 * The GPU time of a job until `now`, milliseconds since 1970-01-01 UTC. Where its target does not say which GPUs an
 * attempt has, those that were asked for count.
 */
export async function sumJobGpuHours(
  { runId, spec, attempts }: Pick<JobRecord, 'runId' | 'spec'> & { readonly attempts: readonly JobAttempt[] },
  runs: Pick<Tracking['runs'], 'metricHistory'>,
  now: number,
): Promise<GpuHours> {
  const leases = attempts.flatMap(({ startedAt, exit, gpus }): GpuLease[] =>
    startedAt === undefined
      ? []
      : [{ gpus: gpus?.length ?? spec.resources.gpus ?? 0, from: startedAt, to: exit?.endedAt ?? now }],
  )
  const utilization: (readonly MetricPoint[])[] = []
  const most = Math.max(0, ...leases.map(({ gpus }) => gpus))
  for (let index = 0; index < most; index++) {
    const { items } = await runs.metricHistory(runId, toGpuMetricKey(index, 'utilization_percentage'))
    utilization.push(items)
  }
  return sumGpuHours(leases, utilization)
}
