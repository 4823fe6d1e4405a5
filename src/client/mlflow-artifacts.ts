import { RunwrightError } from '../protocol/errors.ts'
import type { MlflowHttp } from './mlflow-http.ts'

/**
 * Opens one artifact of a run: through the server's artifact proxy where the run lives there, else by letting the
 * server fetch it from wherever it is.
 *
 * @param run the run's id and the artifact root that the server says it has
 */
export function openArtifact(
  http: MlflowHttp,
  run: { readonly runId: string; readonly artifactUri: string },
  path: string,
  signal?: AbortSignal,
): Promise<ReadableStream<Uint8Array>> {
  const root = findProxiedRoot(run.artifactUri)
  if (root === undefined) return http.open('/get-artifact', { run_uuid: run.runId, path }, signal)
  return http.open(`${proxy}/${encodePath(`${root}/${path}`)}`, {}, signal)
}

/** @throws NOT_IMPLEMENTED when the run's artifacts do not go through the server */
export async function storeArtifact(
  http: MlflowHttp,
  run: { readonly artifactUri: string },
  path: string,
  body: ReadableStream<Uint8Array> | Uint8Array,
  signal?: AbortSignal,
): Promise<void> {
  const root = findProxiedRoot(run.artifactUri)
  if (root === undefined) {
    throw new RunwrightError('NOT_IMPLEMENTED', `The server keeps the run's artifacts at ${run.artifactUri}.`, {
      hint: 'Upload them there with the mlflow client, or start the server with --serve-artifacts.',
    })
  }
  await http.put(`${proxy}/${encodePath(`${root}/${path}`)}`, body, signal)
}

const proxy = '/api/2.0/mlflow-artifacts/artifacts'

/** The path below this server's proxy; undefined for another kind of store, or another host's proxy. */
function findProxiedRoot(artifactUri: string): string | undefined {
  return /^mlflow-artifacts:(?:\/\/)?\/([^/].*)$/.exec(artifactUri)?.[1]
}

function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/')
}
