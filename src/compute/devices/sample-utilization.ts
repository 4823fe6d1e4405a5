import type { RunId } from '../../protocol/ids.ts'
import type { Metric } from '../../protocol/runs.ts'
import type { GpuDevice } from './device.ts'
import { sampleIntervalMs, toSystemMetrics } from './system-metrics.ts'

/** A run whose command has GPUs now. */
export interface SampledRun {
  readonly runId: RunId
  /** When the run's first attempt started, in milliseconds since 1970-01-01 UTC. */
  readonly startedAt: number
  readonly gpus: readonly string[]
}

export interface UtilizationSampler extends Disposable {
  /** To be called when a job has started; it sleeps while no run has a GPU. */
  wake(): void
}

/** Logs every ten seconds what the GPUs of each run do, for as long as there is one. */
export function createUtilizationSampler(parts: {
  refresh(): Promise<void>
  devices(): readonly GpuDevice[]
  runs(): readonly SampledRun[]
  /** Its failure loses one sample and nothing else. */
  log(runId: RunId, metrics: readonly Metric[]): Promise<void>
  now(): number
  readonly intervalMs?: number
}): UtilizationSampler {
  const { intervalMs = sampleIntervalMs } = parts
  let timer: NodeJS.Timeout | undefined
  let isClosed = false

  function schedule(): void {
    if (isClosed || timer !== undefined || parts.runs().length === 0) return
    timer = setTimeout(() => {
      void sample().finally(() => {
        timer = undefined
        schedule()
      })
    }, intervalMs)
    timer.unref()
  }

  async function sample(): Promise<void> {
    await parts.refresh()
    const byUuid = new Map(parts.devices().map((device) => [device.uuid, device]))
    const timestamp = parts.now()
    await Promise.allSettled(
      parts.runs().map(async ({ runId, startedAt, gpus }) => {
        const own = gpus.map((uuid) => byUuid.get(uuid))
        const metrics = toSystemMetrics(own, { timestamp, startedAt })
        if (metrics.length > 0 && !isClosed) await parts.log(runId, metrics)
      }),
    )
  }

  return {
    wake: schedule,
    [Symbol.dispose]() {
      isClosed = true
      clearTimeout(timer)
    },
  }
}
