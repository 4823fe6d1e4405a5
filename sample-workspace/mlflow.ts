import { setTimeout as delay } from 'node:timers/promises'

/** A run on an MLflow tracking server. Every call waits until the server has it. */
export interface Run {
  logParams(params: Record<string, string | number>): Promise<void>
  /** One point a metric, all at the same step. */
  logMetrics(step: number, metrics: Record<string, number>): Promise<void>
  /** Stores bytes as a file of the run, for example `model/model.json`. */
  logArtifact(path: string, bytes: Uint8Array): Promise<void>
}

/** Keeps trying this long when the server does not answer, as a server does that is being restarted. */
const patienceMs = 30_000

/**
 * Joins the run that the environment names (MLFLOW_TRACKING_URI, MLFLOW_RUN_ID, and MLFLOW_TRACKING_TOKEN where the
 * server wants one), as `runwright run` sets it. Plain MLflow REST: any MLflow server will do.
 */
export async function joinRun(environment: NodeJS.ProcessEnv): Promise<Run> {
  const { MLFLOW_TRACKING_URI: server, MLFLOW_TRACKING_TOKEN: token, MLFLOW_RUN_ID: runId } = environment
  if (!server || !runId) {
    throw new Error('There is no run to log to. Start this script by: runwright run -- node train.ts')
  }
  const authorization = token ? { authorization: `Bearer ${token}` } : undefined
  const request = (method: string, path: string, type?: string, body?: string | Uint8Array<ArrayBuffer>) =>
    fetchPatiently(`${server}/api/2.0/${path}`, {
      method,
      headers: { ...authorization, ...(type && { 'content-type': type }) },
      ...(body && { body }),
    })
  const logBatch = (batch: object) =>
    request('POST', 'mlflow/runs/log-batch', 'application/json', JSON.stringify({ run_id: runId, ...batch }))

  const answer = await (await request('GET', `mlflow/runs/get?run_id=${runId}`)).json()
  // SAFETY: this is MLflow's answer to runs/get.
  const { run } = answer as { run: { info: { artifact_uri: string } } }
  const artifactRoot = run.info.artifact_uri.replace(/^mlflow-artifacts:\/+/, '')

  return {
    async logParams(params) {
      await logBatch({ params: Object.entries(params).map(([key, value]) => ({ key, value: String(value) })) })
    },
    async logMetrics(step, metrics) {
      const timestamp = Date.now()
      await logBatch({ metrics: Object.entries(metrics).map(([key, value]) => ({ key, value, step, timestamp })) })
    },
    async logArtifact(path, bytes) {
      const url = `mlflow-artifacts/artifacts/${artifactRoot}/${path}`
      await request('PUT', url, 'application/octet-stream', new Uint8Array(bytes))
    },
  }
}

async function fetchPatiently(url: string, init: RequestInit): Promise<Response> {
  const deadline = Date.now() + patienceMs
  for (let pauseMs = 50; ; pauseMs *= 2) {
    // A fetch rejects only when no answer came: nobody listens, or the connection broke.
    const response = await fetch(url, init).catch((error: unknown) => {
      if (Date.now() > deadline) throw error
    })
    if (response?.ok) return response
    if (response && (response.status < 500 || Date.now() > deadline)) {
      throw new Error(`${init.method} ${url}: ${response.status} ${await response.text()}`)
    }
    await delay(pauseMs)
  }
}
