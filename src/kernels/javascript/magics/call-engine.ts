import { setTimeout as delay } from 'node:timers/promises'
import { parseErrorBody, RunwrightError } from '../../../protocol/errors.ts'
import { stringifyJson } from '../../../protocol/json.ts'
import { type MethodName, type Methods, paths } from '../../../protocol/methods.ts'

/** The engine that this kernel belongs to. Its methods throw RunwrightError. */
export interface CellEngine {
  call<M extends MethodName>(method: M, params: Methods[M]['params']): Promise<Methods[M]['result']>
  /** @param path among the artifacts of a run, whose `artifactUri` is of this engine */
  upload(artifactUri: string, path: string, content: Uint8Array | string): Promise<void>
}

const timeoutMs = 5000
/** An engine that was killed is back in a second. */
const pausesMs = [200, 500, 1000] as const

/** @param env with the variables by which an MLflow client finds it */
export function openCellEngine(env: Readonly<Record<string, string | undefined>>): CellEngine {
  const uri = (env['MLFLOW_TRACKING_URI'] ?? '').replace(/\/+$/, '')
  const token = env['MLFLOW_TRACKING_TOKEN']

  async function send(method: string, url: string, type: string, body: Uint8Array | string): Promise<Response> {
    const headers = { 'content-type': type, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) }
    const sent = typeof body === 'string' ? body : new Uint8Array(body)
    const signal = AbortSignal.timeout(timeoutMs)
    const response = await fetch(url, { method, headers, body: sent, redirect: 'error', signal }).catch((cause) => {
      throw new RunwrightError('ENGINE_UNREACHABLE', `The engine cannot be reached at ${uri || 'any address'}.`, {
        hint: '%runs starts it.',
        cause,
      })
    })
    if (response.ok) return response
    throw parseErrorBody(await response.json().catch(() => undefined), response.status)
  }

  return {
    async call<M extends MethodName>(method: M, params: Methods[M]['params']) {
      const response = await send('POST', `${uri}${paths.call}`, 'application/json', stringifyJson({ method, params }))
      // SAFETY: an engine answers a method with its own result; those that are called here have no typed arrays.
      return (await response.json()) as Methods[M]['result']
    },
    async upload(artifactUri, path, content) {
      const root = /^mlflow-artifacts:\/+(?:[^/]*:\d+\/)?(.*)$/.exec(artifactUri)?.[1] ?? ''
      const place = `${root}/${path}`.split('/').map(encodeURIComponent).join('/')
      await send('PUT', `${uri}/api/2.0/mlflow-artifacts/artifacts/${place}`, 'application/octet-stream', content)
    },
  }
}

/** Does something once more when the engine was away. */
export async function withPatience<T>(act: () => Promise<T>): Promise<T> {
  for (const pauseMs of pausesMs) {
    try {
      return await act()
    } catch (error) {
      if (!(error instanceof RunwrightError) || error.code !== 'ENGINE_UNREACHABLE') throw error
      await delay(pauseMs)
    }
  }
  return act()
}
