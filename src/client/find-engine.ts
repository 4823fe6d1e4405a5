import { randomBytes, timingSafeEqual } from 'node:crypto'
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { dataFiles, dataFolderName } from '../protocol/data-folder.ts'
import { helloProof, nonceSizeBytes, parseEngineFile, parseHello } from '../protocol/hello.ts'
import { type EngineFile, type Hello, paths } from '../protocol/methods.ts'
import type { Endpoint } from './endpoint.ts'
import { isTrackedByGit } from '../git/git-index.ts'
import { type HttpConnections, isOk, readJson } from './http-request.ts'

export interface FoundEngine {
  readonly endpoint: Endpoint
  readonly hello: Hello
}

/** An engine answers a hello from memory; one that does not is none, or hangs. */
const helloIdleMs = 2_000

/** The engine that serves the workspace now, proven to be the one that wrote its file; undefined when there is none. */
export async function findEngine(connections: HttpConnections, workspace: string): Promise<FoundEngine | undefined> {
  const file = await loadEngineFile(join(workspace, dataFolderName, dataFiles.engine))
  if (file === undefined) return undefined
  const endpoint: Endpoint = { url: `http://127.0.0.1:${file.port}`, token: file.token }
  const hello = await sayHello(connections, endpoint.url, file.token).catch(() => undefined)
  return hello === undefined ? undefined : { endpoint, hello }
}

/**
 * What the file says, if it can be believed: a regular file of this user, closed to all others, that came with no
 * repository. Otherwise whoever wrote it could have our commands report to him.
 */
export async function loadEngineFile(path: string): Promise<EngineFile | undefined> {
  await using file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0)).catch(() => undefined)
  if (file === undefined) return undefined
  const entry = await file.stat()
  const isOurs = process.getuid === undefined || (entry.uid === process.getuid() && (entry.mode & 0o777) === 0o600)
  if (!isOurs || !entry.isFile() || entry.size > 4096) return undefined
  const content = parseEngineFile(await file.readFile('utf8'))
  return content === undefined || (await isTrackedByGit(path)) ? undefined : content
}

/** Asks who listens there, and believes only whoever knows the token that we do not send yet. */
async function sayHello(connections: HttpConnections, origin: string, token: string): Promise<Hello | undefined> {
  const nonce = randomBytes(nonceSizeBytes).toString('hex')
  const url = new URL(`${paths.hello}?nonce=${nonce}`, origin)
  const response = await connections.send({ url, method: 'GET', idleMs: helloIdleMs })
  const hello = parseHello(await readJson(response, url))
  if (!isOk(response) || hello === undefined) return undefined
  const expected = Buffer.from(await helloProof(token, { nonce, pid: hello.pid, version: hello.version }))
  const given = Buffer.from(hello.proof)
  return given.length === expected.length && timingSafeEqual(given, expected) ? hello : undefined
}
