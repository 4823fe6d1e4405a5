/** The artifacts of the run, through the REST API that MLflow's tracking servers have. */
import { openAsBlob } from 'node:fs'

/** Paths are relative to the artifact folder of the run, with `/`. */
export interface RunArtifacts {
  /** Names of the files in a folder; none when it is not there. */
  listNames(folder: string): Promise<readonly string[]>
  /** A small file, as text. */
  read(path: string): Promise<string>
  download(path: string): Promise<AsyncIterable<Uint8Array>>
  upload(path: string, body: Blob): Promise<void>
  /** Nothing happens where there is none. */
  remove(path: string): Promise<void>
}

const timeoutMs = 30_000
/** What a program waits for is small, and it goes on without. */
const postTimeoutMs = 5000

/** Of the run that MLFLOW_RUN_ID names, at MLFLOW_TRACKING_URI; undefined where that is no server. */
export function findRunArtifacts(env: Readonly<Record<string, string | undefined>>): RunArtifacts | undefined {
  const uri = (env['MLFLOW_TRACKING_URI'] ?? '').replace(/\/+$/, '')
  const runId = env['MLFLOW_RUN_ID'] ?? ''
  if (!/^https?:\/\//.test(uri) || runId === '') return undefined
  const headers = authorization(env)
  let root: string | undefined

  /** A redirect would take the token along to wherever it leads. */
  async function send(method: string, url: string, body?: Blob): Promise<Response> {
    const init = { method, headers, redirect: 'error', signal: AbortSignal.timeout(timeoutMs) } as const
    const response = await fetch(url, body === undefined ? init : { ...init, body })
    if (response.ok || (method === 'DELETE' && response.status === 404)) return response
    throw new Error(`The tracking server answered ${response.status} to ${method} ${new URL(url).pathname}.`)
  }

  async function list(folder: string): Promise<{ root_uri?: string; files?: { path: string; is_dir?: boolean }[] }> {
    const query = new URLSearchParams({ run_id: runId, path: folder })
    const response = await send('GET', `${uri}/api/2.0/mlflow/artifacts/list?${query}`)
    // SAFETY: MLflow's answer; what is used of it is looked at.
    return (await response.json()) as Awaited<ReturnType<typeof list>>
  }

  async function locate(path: string): Promise<string> {
    if (root === undefined) {
      const rootUri = String((await list('')).root_uri)
      const found = /^mlflow-artifacts:\/+(?:[^/]*:\d+\/)?(.*)$/.exec(rootUri)?.[1]
      if (found === undefined)
        throw new Error(`The artifacts of run ${runId} are at ${rootUri}, out of reach from here.`)
      root = found.replace(/\/+$/, '')
    }
    const words = `${root}/${path}`.split('/').map(encodeURIComponent).join('/')
    return `${uri}/api/2.0/mlflow-artifacts/artifacts/${words}`
  }

  return {
    async listNames(folder) {
      const { files = [] } = await list(folder)
      return files.filter((file) => file.is_dir !== true).map(({ path }) => path.split('/').at(-1) ?? '')
    },
    read: async (path) => (await send('GET', await locate(path))).text(),
    async download(path) {
      const { body } = await send('GET', await locate(path))
      if (body === null) throw new Error(`The tracking server sent nothing for ${path}.`)
      return body
    },
    upload: async (path, body) => void (await send('PUT', await locate(path), body)),
    remove: async (path) => void (await send('DELETE', await locate(path))),
  }
}

/** Posts JSON to a route that has nothing to say. False without a run at a server. @throws Error when it is refused */
export async function postToRun(
  env: Readonly<Record<string, string | undefined>>,
  route: string,
  body: object,
): Promise<boolean> {
  const uri = (env['MLFLOW_TRACKING_URI'] ?? '').replace(/\/+$/, '')
  const runId = env['MLFLOW_RUN_ID'] ?? ''
  if (!/^https?:\/\//.test(uri) || runId === '') return false
  const response = await fetch(`${uri}/api/2.0/mlflow/${route}`, {
    method: 'POST',
    headers: { ...authorization(env), 'content-type': 'application/json' },
    body: JSON.stringify({ run_id: runId, ...body }),
    redirect: 'error',
    signal: AbortSignal.timeout(postTimeoutMs),
  })
  await response.body?.cancel()
  if (!response.ok) throw new Error(`The tracking server answered ${response.status} to ${route}.`)
  return true
}

/** As MLflow's client: a name and a password go before a token. */
function authorization(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const [name, password] = [env['MLFLOW_TRACKING_USERNAME'], env['MLFLOW_TRACKING_PASSWORD']]
  if (name && password) return { authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}` }
  const token = env['MLFLOW_TRACKING_TOKEN']
  return token ? { authorization: `Bearer ${token}` } : {}
}

/** Read as it is sent. */
export function openFile(path: string): Promise<Blob> {
  return openAsBlob(path)
}
