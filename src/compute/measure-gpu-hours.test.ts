import assert from 'node:assert/strict'
import { it } from 'node:test'
import { plainSpec } from '../protocol/test-job-spec.ts'
import { openScratchTracking } from '../tracking/scratch-tracking.ts'
import { toJobId } from './devices/scratch-jobs.ts'
import { measureGpuHours } from './measure-gpu-hours.ts'

const hourMs = 3_600_000

it('the GPU hours of a job are those of all its attempts, with what its run has measured', async () => {
  await using tracking = await openScratchTracking()
  const utilization = (index: number, value: number) =>
    Array.from({ length: 360 }, (_, step) => ({
      key: `system/gpu_${index}_utilization_percentage`,
      value,
      step,
      timestamp: hourMs + (step + 1) * 10_000,
    }))
  const runId = await tracking.addRun({ metrics: [...utilization(0, 100), ...utilization(1, 50)] })
  const jobId = toJobId(1)
  const exit = { exitCode: 0, signal: null, cause: 'exited' as const, endedAt: 2 * hourMs }
  const gpus = ['GPU-0', 'GPU-1']
  const spec = { ...plainSpec, command: ['true'], resources: { gpus: 2 } }
  const attempts = [
    { number: 1, gpus, startedAt: hourMs, exit },
    { number: 2, startedAt: 3 * hourMs },
  ]
  const hours = await measureGpuHours({ jobId, runId, spec, state: { attempts } }, tracking.runs, 4 * hourMs)
  assert.deepEqual(hours, { jobId, leased: 4, used: 1.5, idle: 0.5, unmeasured: 2 })
})
