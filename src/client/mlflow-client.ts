import type { Client } from '../protocol/client.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { createMlflowApi } from './mlflow-api.ts'
import { openArtifact, storeArtifact } from './mlflow-artifacts.ts'
import { createMlflowCalls } from './mlflow-calls.ts'
import type { MlflowCalls } from './mlflow-calls.ts'
import { createMlflowComparison } from './mlflow-comparison.ts'
import { watchChanges } from './mlflow-changes.ts'
import { createMlflowHttp } from './mlflow-http.ts'
import type { MlflowCredentials } from './mlflow-http.ts'

export interface MlflowServer {
  /** For example `http://127.0.0.1:5000`, or `https://ml.example.com/mlflow`. */
  readonly url: string
  readonly credentials?: MlflowCredentials
  /** Milliseconds between two looks for changes. */
  readonly pollMs: number
  /** Milliseconds since 1970-01-01 UTC. */
  readonly now: () => number
  readonly fetch?: typeof fetch
}

/**
 * Lets an existing MLflow server stand in for an engine: the same methods, as far as MLflow's REST interface has words
 * for them. What it has none for throws NOT_IMPLEMENTED. Where it cannot count, `total` and `runCount` say "at least".
 *
 * @throws INVALID_PARAMETER_VALUE when the URL is none
 */
export function createMlflowClient(server: MlflowServer): Client {
  const closing = new AbortController()
  const credentials = server.credentials === undefined ? {} : { credentials: server.credentials }
  const http = createMlflowHttp({
    url: server.url,
    ...credentials,
    fetch: server.fetch ?? fetch,
    closed: closing.signal,
  })
  const comparison = createMlflowComparison(server.now)
  const calls: MlflowCalls = { ...createMlflowCalls(server.now, comparison.forget), ...comparison.calls }

  return {
    async call(method, params, { signal } = {}) {
      const call: MlflowCalls[typeof method] | undefined = Object.hasOwn(calls, method) ? calls[method] : undefined
      if (call === undefined) throw notImplemented(method, http.url)
      return call(params, createMlflowApi(http, signal))
    },
    async *events(signal) {
      const until = AbortSignal.any([signal, closing.signal])
      for await (const event of watchChanges(createMlflowApi(http, until), { pollMs: server.pollMs, signal: until })) {
        comparison.forget()
        yield event
      }
    },
    async download(runId, path, signal) {
      const { artifactUri } = await createMlflowApi(http, signal).getRun(runId)
      return openArtifact(http, { runId, artifactUri }, path, signal)
    },
    async upload(runId, path, body, signal) {
      const { artifactUri } = await createMlflowApi(http, signal).getRun(runId)
      await storeArtifact(http, { artifactUri }, path, body, signal)
    },
    async tracking() {
      const { credentials } = server
      return { uri: http.url, ...(credentials && 'token' in credentials ? { token: credentials.token } : {}) }
    },
    async [Symbol.asyncDispose]() {
      closing.abort()
    },
  }
}

function notImplemented(method: string, url: string): RunwrightError {
  return new RunwrightError('NOT_IMPLEMENTED', `The MLflow server at ${url} has nothing like "${method}".`, {
    hint: 'Use the workspace’s own engine, or `runwright server`, for this.',
  })
}
