import { bulkContentType, decodeBulk } from '../protocol/bulk.ts'
import { parseErrorBody } from '../protocol/errors.ts'
import { stringifyJson } from '../protocol/json.ts'
import { type MethodName, type Methods, paths } from '../protocol/methods.ts'
import { authorization, type Endpoint } from './endpoint.ts'
import { type HttpConnections, isOk, readBytes, readJson } from './http-request.ts'
import { reviveNumbers } from './revive-numbers.ts'

/**
 * Sends one call to the engine at the endpoint.
 *
 * @throws what the method throws, ConnectionError when there was no whole answer, CANCELLED
 */
export async function sendCall<M extends MethodName>(
  connections: HttpConnections,
  endpoint: Endpoint,
  method: M,
  params: Methods[M]['params'],
  signal?: AbortSignal,
): Promise<Methods[M]['result']> {
  const url = new URL(paths.call, endpoint.url)
  const response = await connections.send({
    url,
    method: 'POST',
    headers: { ...authorization(endpoint), 'content-type': 'application/json' },
    body: stringifyJson({ method, params }),
    ...(signal === undefined ? {} : { signal }),
  })
  if (!isOk(response)) throw parseErrorBody(await readJson(response, url, signal), response.statusCode ?? 0)
  const isBulk = response.headers['content-type'] === bulkContentType
  const body = isBulk ? decodeBulk(await readBytes(response, url, signal)) : await readJson(response, url, signal)
  // SAFETY: an engine of this protocol version answers a method with its own result.
  return reviveNumbers(method, params, body as Methods[M]['result'])
}

/** What does something else when done a second time; all other methods may be sent again when the answer is lost. */
export function isRepeatable(method: MethodName): boolean {
  return !unrepeatable.has(method)
}

const unrepeatable: ReadonlySet<MethodName> = new Set(['runs/start', 'jobs/retry', 'kernels/restart', 'kernels/input'])
