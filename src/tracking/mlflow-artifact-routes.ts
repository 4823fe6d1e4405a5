import { message, filled, required, text } from '../protocol/mlflow/fields.ts'
import { runId } from '../protocol/mlflow/id-fields.ts'
import { listArtifacts } from '../protocol/mlflow/run-requests.ts'
import type { ArtifactEntry } from '../protocol/runs.ts'
import type { Artifacts } from './artifacts.ts'
import { mlflowRoute } from './mlflow-route.ts'
import type { RestRoute, StreamRoute } from './route.ts'
import type { Runs } from './tracking.ts'

const proxyPath = '/api/2.0/mlflow-artifacts/artifacts'

const listing = message({ path: filled(text) })
const runArtifact = message({ run_id: runId, path: required(text) })

/** What a run's or model's folder holds, and with `rootUri` where that is. */
export function writeArtifacts(entries: readonly ArtifactEntry[], rootUri?: string): object {
  const files = entries.map(({ path, isDirectory, sizeBytes }) => ({
    path,
    is_dir: isDirectory,
    ...(sizeBytes === undefined ? {} : { file_size: sizeBytes }),
  }))
  return { ...(rootUri === undefined ? {} : { root_uri: rootUri }), ...(files.length === 0 ? {} : { files }) }
}

export function createArtifactRoutes(runs: Runs, artifacts: Artifacts): RestRoute[] {
  return [
    mlflowRoute('GET', 'artifacts/list', listArtifacts, async ({ runId, path }) => {
      const { artifactUri } = await runs.get(runId)
      return writeArtifacts(await artifacts.listBelow(artifactUri, path), artifactUri)
    }),
    {
      verb: 'GET',
      path: proxyPath,
      takes: listing.shape,
      run: async ({ query }) => writeArtifacts(await artifacts.list(listing.parseQuery(query).path ?? '')),
    },
    {
      verb: 'DELETE',
      path: `${proxyPath}/{path*}`,
      takes: {},
      async run({ captures }) {
        await artifacts.delete(captures['path'] ?? '')
        return {}
      },
    },
  ]
}

/** Artifacts as bytes: through the proxy, as MLflow's clients do, or by run, as its UI does. */
export function createArtifactStreams(runs: Runs, artifacts: Artifacts): StreamRoute[] {
  return [
    {
      verb: 'PUT',
      path: `${proxyPath}/{path*}`,
      async run({ captures, body }) {
        await artifacts.write(captures['path'] ?? '', body)
        return { json: {} }
      },
    },
    {
      verb: 'GET',
      path: `${proxyPath}/{path*}`,
      run: ({ captures, range }) => artifacts.open(captures['path'] ?? '', range),
    },
    {
      verb: 'GET',
      path: '/get-artifact',
      takes: runArtifact.shape,
      async run({ query, range }) {
        const { runId, path } = runArtifact.parseQuery(query)
        const { artifactUri } = await runs.get(runId)
        return artifacts.openBelow(artifactUri, path, range)
      },
    },
  ]
}
