import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { formatLfsPointer } from '../git/lfs-pointer.ts'
import { createTestRepository, type TestRepository } from '../git/test-repository.ts'
import type { LfsContext } from './context.ts'
import { type LfsRepository, openLfsRepository } from './repository.ts'

/** For tests: an LFS server that can be told to misbehave, which a real one does not do when asked. */
export interface TestLfsServer extends AsyncDisposable {
  readonly url: string
  /** What was asked, in order, as `GET /path`. */
  readonly requests: { readonly line: string; readonly headers: IncomingMessage['headers'] }[]
  /** Called first; it may answer itself. Objects are at `/objects/OID`. */
  intercept: (request: IncomingMessage, response: ServerResponse) => boolean | void
  /** Changes the answer of the batch API for an object. */
  describe: (object: Record<string, unknown>) => Record<string, unknown>
  readonly contents: Map<string, Buffer>
}

export async function openTestServer(): Promise<TestLfsServer> {
  const http = createServer((request, response) => void answer(request, response).catch(() => response.destroy()))
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  // SAFETY: a server that listens on a port has an address of this kind.
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  const server: TestLfsServer = {
    url,
    requests: [],
    intercept: () => false,
    describe: (object) => object,
    contents: new Map(),
    async [Symbol.asyncDispose]() {
      http.close()
      http.closeAllConnections()
      await once(http, 'close')
    },
  }
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    server.requests.push({ line: `${request.method} ${request.url}`, headers: request.headers })
    if (server.intercept(request, response) === true) return
    if (request.url?.endsWith('/objects/batch') === true) return answerBatch(server, request, response)
    const content = server.contents.get(request.url?.split('/').at(-1) ?? '')
    if (content === undefined) return void response.writeHead(404).end('{"message":"no such object"}')
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
    const range = { 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` }
    response.writeHead(start > 0 ? 206 : 200, start > 0 ? range : {}).end(content.subarray(start))
  }
  return server
}

async function answerBatch(server: TestLfsServer, request: IncomingMessage, response: ServerResponse): Promise<void> {
  // SAFETY: the client under test wrote it; what it is not fails the test.
  const { objects } = JSON.parse(await text(request)) as { objects: { oid: string; size: number }[] }
  const described = objects.map(({ oid, size }) =>
    server.describe({ oid, size, actions: { download: { href: `${server.url}/objects/${oid}` } } }),
  )
  response.writeHead(200, { 'content-type': 'application/vnd.git-lfs+json' })
  response.end(JSON.stringify({ transfer: 'basic', objects: described }))
}

/** A repository whose commit has pointers of what the server has. */
export interface TestLfsRepository extends AsyncDisposable {
  readonly repository: TestRepository
  readonly context: LfsContext
  /** As it is now. */
  open(): Promise<LfsRepository>
}

/** For tests: words for git to leave files of Git LFS as they are, whatever is installed. */
export const withoutLfsFilters: readonly string[] = ['clean=', 'smudge=', 'process=', 'required=false'].flatMap(
  (setting) => ['-c', `filter.lfs.${setting}`],
)

/** @param remote default: the server */
export async function openTestLfs(
  server: TestLfsServer,
  files: Readonly<Record<string, Buffer>>,
  remote = `${server.url}/repository.git`,
): Promise<TestLfsRepository> {
  const repository = await createTestRepository()
  await repository.git('remote', 'add', 'origin', remote)
  for (const [path, content] of Object.entries(files)) {
    const oid = createHash('sha256').update(content).digest('hex')
    server.contents.set(oid, content)
    await repository.write({ [path]: formatLfsPointer({ oid, sizeBytes: content.length }) })
  }
  await repository.write({ '.gitattributes': '*.bin filter=lfs diff=lfs merge=lfs -text\n' })
  await repository.git(...withoutLfsFilters, 'add', '.')
  await repository.git('commit', '--quiet', '--message', 'Pointers')
  const env = { ...process.env, HOME: repository.root, GIT_CONFIG_NOSYSTEM: '1' }
  return {
    repository,
    context: { env, isInteractive: false, now: Date.now },
    open: () => openLfsRepository(repository.root, env),
    [Symbol.asyncDispose]: () => repository[Symbol.asyncDispose](),
  }
}
