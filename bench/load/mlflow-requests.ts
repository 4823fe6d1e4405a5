import type { OutgoingHttpHeaders } from 'node:http'
import { type HttpRequest, openHttpConnections, readJson, readBytes } from '../../src/client/http-request.ts'
import { isRecord } from '../../src/protocol/json.ts'

/** Where a server is, and what it wants to see with each request. */
export interface Endpoint {
  readonly url: string
  readonly headers: OutgoingHttpHeaders
}

/** The one client that both sides are measured by. It keeps its connections open between requests. */
export interface MlflowRequests extends Disposable {
  /** Posts JSON below `/api/2.0/mlflow/` and reads the answer to its end, as text. @throws for any status but 200 */
  post(path: string, body: object): Promise<string>
  /** Like `post`, and takes apart what it answers. */
  ask(path: string, body: object): Promise<Readonly<Record<string, unknown>>>
  /** Gets JSON below `/api/2.0/mlflow/` and reads it to its end, as text. @throws for any status but 200 */
  get(path: string, query: Readonly<Record<string, string>>): Promise<string>
  /** Stores bytes as an artifact; `path` is relative to the artifact root. */
  upload(path: string, bytes: Uint8Array): Promise<void>
  /** Stores the same bytes so many times behind each other as one artifact, which is never in memory as a whole. */
  uploadRepeated(path: string, bytes: Uint8Array, times: number): Promise<void>
  /** Reads an artifact to its end and returns its size in bytes. */
  download(path: string): Promise<number>
  remove(path: string): Promise<void>
}

export function openMlflowRequests({ url, headers }: Endpoint): MlflowRequests {
  const connections = openHttpConnections()
  const artifact = (path: string) => new URL(`/api/2.0/mlflow-artifacts/artifacts/${path}`, url)

  async function send(request: HttpRequest) {
    const response = await connections.send({ ...request, headers: { ...headers, ...request.headers } })
    if (response.statusCode === 200) return response
    const answer = JSON.stringify(await readJson(response, request.url))
    throw new Error(`${request.method} ${request.url.pathname} was answered with ${response.statusCode}: ${answer}`)
  }

  async function post(path: string, body: object): Promise<string> {
    const target = new URL(`/api/2.0/mlflow/${path}`, url)
    const headers = { 'content-type': 'application/json' }
    const answer = await readBytes(
      await send({ url: target, method: 'POST', headers, body: JSON.stringify(body) }),
      target,
    )
    return answer.toString('utf8')
  }

  async function put(path: string, body: Uint8Array | ReadableStream<Uint8Array>, sizeBytes: number): Promise<void> {
    const headers = { 'content-type': 'application/octet-stream', 'content-length': sizeBytes }
    await readBytes(await send({ url: artifact(path), method: 'PUT', headers, body }), artifact(path))
  }

  return {
    post,
    async ask(path, body) {
      const answer: unknown = JSON.parse(await post(path, body))
      if (!isRecord(answer)) throw new Error(`${path} was answered with no object.`)
      return answer
    },
    async get(path, query) {
      const target = new URL(`/api/2.0/mlflow/${path}?${new URLSearchParams(query)}`, url)
      return (await readBytes(await send({ url: target, method: 'GET' }), target)).toString('utf8')
    },
    upload: (path, bytes) => put(path, bytes, bytes.length),
    uploadRepeated(path, bytes, times) {
      let left = times
      const body = new ReadableStream<Uint8Array>({
        pull(controller) {
          if (left-- > 0) controller.enqueue(bytes)
          else controller.close()
        },
      })
      return put(path, body, bytes.length * times)
    },
    async download(path) {
      let sizeBytes = 0
      for await (const chunk of await send({ url: artifact(path), method: 'GET' })) sizeBytes += chunk.length
      return sizeBytes
    },
    async remove(path) {
      await readBytes(await send({ url: artifact(path), method: 'DELETE' }), artifact(path))
    },
    [Symbol.dispose]: () => connections[Symbol.dispose](),
  }
}
