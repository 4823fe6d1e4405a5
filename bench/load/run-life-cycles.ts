import type { TrackingServer } from '../servers/tracking-server.ts'
import { openMlflowRequests } from './mlflow-requests.ts'
import { measureRequestRate } from './request-rate.ts'
import { startRuns } from './start-runs.ts'

/** Milliseconds of a run from its start to its end, as a short script logs it: six requests, one after another. */
export async function timeRunLifeCycle({ endpoint }: TrackingServer, durationMs: number): Promise<number> {
  using requests = openMlflowRequests(endpoint)
  const perSecond = await measureRequestRate({
    clients: 1,
    durationMs,
    async send() {
      const [run] = await startRuns(requests, 1)
      const id = { run_id: run?.runId }
      await requests.post('runs/log-parameter', { ...id, key: 'lr', value: '0.01' })
      await requests.post('runs/log-metric', { ...id, key: 'loss', value: 0.5, timestamp: Date.now(), step: 1 })
      await requests.post('runs/set-tag', { ...id, key: 'stage', value: 'candidate' })
      await requests.post('runs/update', { ...id, status: 'FINISHED', end_time: Date.now() })
      await requests.get('runs/get', { run_id: run?.runId ?? '' })
    },
  })
  return 1000 / perSecond
}
