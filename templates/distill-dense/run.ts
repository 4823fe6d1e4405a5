/** What a program logs to its run. */
export interface Run {
  logParams(params: Readonly<Record<string, string | number>>): Promise<void>
  logMetrics(step: number, metrics: Readonly<Record<string, number>>): Promise<void>
  logArtifact(path: string, bytes: Uint8Array): Promise<void>
}

/** The run that `runwright run` or `runwright train` has started, by plain MLflow REST. */
export async function joinRun(environment: NodeJS.ProcessEnv): Promise<Run> {
  const { MLFLOW_TRACKING_URI: server, MLFLOW_TRACKING_TOKEN: token, MLFLOW_RUN_ID: runId } = environment
  if (!server || !runId) throw new Error('There is no run. Start this by: runwright run -- node distill.ts')
  const ask = async (method: string, path: string, body?: string | Uint8Array<ArrayBuffer>) => {
    const headers = { ...(token && { authorization: `Bearer ${token}` }), 'content-type': 'application/json' }
    const response = await fetch(`${server}/api/2.0/${path}`, { method, headers, ...(body && { body }) })
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
    return response
  }
  const log = async (batch: object) => {
    await ask('POST', 'mlflow/runs/log-batch', JSON.stringify({ run_id: runId, ...batch }))
  }
  const { run } = (await (await ask('GET', `mlflow/runs/get?run_id=${runId}`)).json()) as {
    run: { info: { artifact_uri: string } }
  }
  const root = run.info.artifact_uri.replace(/^mlflow-artifacts:\/+/, '')
  return {
    logParams: (params) =>
      log({ params: Object.entries(params).map(([key, value]) => ({ key, value: String(value) })) }),
    logMetrics: (step, metrics) => {
      const timestamp = Date.now()
      return log({ metrics: Object.entries(metrics).map(([key, value]) => ({ key, value, step, timestamp })) })
    },
    logArtifact: async (path, bytes) => {
      await ask('PUT', `mlflow-artifacts/artifacts/${root}/${path}`, new Uint8Array(bytes))
    },
  }
}
