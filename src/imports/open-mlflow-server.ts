import { createMlflowApi } from '../client/mlflow-api.ts'
import { createMlflowHttp, type MlflowCredentials } from '../client/mlflow-http.ts'
import { readServerModels, readServerRegisteredModels } from './mlflow/server-models.ts'
import { readServerRuns } from './mlflow/server-runs.ts'
import { readServerTraces } from './mlflow/server-traces.ts'
import type { RunSource } from './run-source.ts'

/**
 * Runs of an MLflow server, asked by its REST interface. What is deleted there is left out.
 *
 * @param env may hold what MLflow's own clients log in with
 * @throws INVALID_PARAMETER_VALUE, ENGINE_UNREACHABLE
 */
export async function openMlflowServer(
  url: string,
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<RunSource> {
  const credentials = findCredentials(env)
  const http = createMlflowHttp({ url, fetch, closed: signal, ...(credentials === undefined ? {} : { credentials }) })
  const api = createMlflowApi(http, signal)
  const experiments = await api.listExperiments('ACTIVE_ONLY')
  return {
    kind: 'mlflow',
    runCount: undefined,
    runs: () => readServerRuns({ http, api, experiments }),
    loggedModels: () => readServerModels(http, experiments),
    registeredModels: () => readServerRegisteredModels(http),
    traces: () => readServerTraces(http, experiments),
    async [Symbol.asyncDispose]() {},
  }
}

function findCredentials(env: Readonly<Record<string, string | undefined>>): MlflowCredentials | undefined {
  const [token, username] = [env['MLFLOW_TRACKING_TOKEN'], env['MLFLOW_TRACKING_USERNAME']]
  if (username !== undefined && username !== '') return { username, password: env['MLFLOW_TRACKING_PASSWORD'] ?? '' }
  return token === undefined || token === '' ? undefined : { token }
}
