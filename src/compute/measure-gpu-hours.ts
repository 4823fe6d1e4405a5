import type { JobGpuHours } from '../protocol/gpu-hours.ts'
import type { JobAttempt } from '../protocol/jobs.ts'
import type { Tracking } from '../tracking/tracking.ts'
import { type GpuLease, sumGpuHours } from './devices/gpu-hours.ts'
import { toGpuMetricKey } from './devices/system-metrics.ts'
import type { JobRecord } from './job-record.ts'

/**
 * The GPU time of a job until now: by its attempts, and by the system metrics of its run. Where the engine gives out no
 * GPUs itself, those that the job asked for count as its own; their metrics are there when the command logs them as
 * MLflow does.
 */
export async function measureGpuHours(
  {
    jobId,
    runId,
    spec,
    state,
  }: Pick<JobRecord, 'jobId' | 'runId' | 'spec'> & { readonly state: { readonly attempts: readonly JobAttempt[] } },
  runs: Pick<Tracking['runs'], 'metricHistory'>,
  now: number,
): Promise<JobGpuHours> {
  const { gpus: asked = 0, nodes = 1 } = spec.resources
  const leases = state.attempts.flatMap(({ gpus, startedAt, exit }): GpuLease[] =>
    startedAt === undefined ? [] : [{ gpus: gpus?.length ?? asked * nodes, from: startedAt, to: exit?.endedAt ?? now }],
  )
  const most = Math.max(0, ...leases.map(({ gpus }) => gpus))
  const series = await Promise.all(
    Array.from({ length: most }, async (_, index) => {
      const { items } = await runs.metricHistory(runId, toGpuMetricKey(index, 'utilization_percentage'))
      return items
    }),
  )
  return { jobId, ...sumGpuHours(leases, series) }
}
