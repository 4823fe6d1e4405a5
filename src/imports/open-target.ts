import { createMlflowHttp, type MlflowHttp } from '../client/mlflow-http.ts'
import type { Client } from '../protocol/client.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { isRecord } from '../protocol/json.ts'
import type { ArtifactEntry } from '../protocol/runs.ts'
import type { ArtifactOwner, ImportTarget } from './import-target.ts'

const proxy = '/api/2.0/mlflow-artifacts/artifacts'

/** Tries of one request, each but the first after the engine was found or started again. */
const maxAttempts = 3

/** @param client of an engine; not disposed here */
export function openTarget(client: Client, signal: AbortSignal): ImportTarget {
  async function withHttp<T>(work: (http: MlflowHttp) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const { uri, token } = await client.tracking()
      const credentials = token === undefined ? {} : { credentials: { token } }
      try {
        return await work(createMlflowHttp({ url: uri, ...credentials, fetch, closed: signal }))
      } catch (error) {
        const isGone = error instanceof RunwrightError && error.code === 'ENGINE_UNREACHABLE'
        if (!isGone || attempt === maxAttempts) throw error
        await client.call('engine/status', {}, { signal })
      }
    }
  }

  return {
    call: (method, params) => client.call(method, params, { signal }),
    async ensureExperiment(name, tags) {
      const { experiment } = await client.call('experiments/ensure', { name }, { signal })
      const { experimentId } = experiment
      const known = new Set(experiment.tags.map(({ key }) => key))
      for (const tag of tags) {
        if (!known.has(tag.key)) await client.call('experiments/set-tag', { experimentId, ...tag }, { signal })
      }
      return experimentId
    },
    post: (path, body) => withHttp((http) => http.post(path, body, signal)),
    list: (owner, path) =>
      withHttp(async (http) => readEntries(await http.get(proxy, { path: placeOf(owner, path) }, signal))),
    store: (owner, path, open) =>
      withHttp(async (http) =>
        http.put(`${proxy}/${placeOf(owner, path).split('/').map(encodeURIComponent).join('/')}`, await open(), signal),
      ),
  }
}

function placeOf({ artifactUri }: ArtifactOwner, path: string): string {
  const root = artifactUri.replace(/^mlflow-artifacts:\/+/, '')
  return path === '' ? root : `${root}/${path}`
}

function readEntries(answer: unknown): readonly ArtifactEntry[] {
  const files = isRecord(answer) && Array.isArray(answer['files']) ? answer['files'].filter(isRecord) : []
  return files.map(({ path, is_dir: isDirectory, file_size: sizeBytes }) => ({
    path: String(path),
    isDirectory: isDirectory === true,
    ...(typeof sizeBytes === 'number' ? { sizeBytes } : {}),
  }))
}
