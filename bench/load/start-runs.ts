import { isRecord } from '../../src/protocol/json.ts'
import type { MlflowRequests } from './mlflow-requests.ts'

export interface StartedRun {
  readonly runId: string
  /** Below the artifact root, without a scheme. */
  readonly artifactPath: string
}

export async function createExperiment(requests: MlflowRequests, name: string): Promise<string> {
  const { experiment_id: id } = await requests.ask('experiments/create', { name })
  return String(id)
}

/** Starts runs in an experiment, by default the one that every server has. */
export function startRuns(requests: MlflowRequests, count: number, experimentId = '0'): Promise<StartedRun[]> {
  return Promise.all(Array.from({ length: count }, () => startRun(requests, experimentId)))
}

async function startRun(requests: MlflowRequests, experimentId: string): Promise<StartedRun> {
  const { run } = await requests.ask('runs/create', { experiment_id: experimentId, start_time: Date.now() })
  const info = isRecord(run) ? run['info'] : undefined
  if (!isRecord(info)) throw new Error('A run was created without a word about it.')
  const artifactPath = String(info['artifact_uri']).replace(/^mlflow-artifacts:\/*/, '')
  return { runId: String(info['run_id']), artifactPath }
}
