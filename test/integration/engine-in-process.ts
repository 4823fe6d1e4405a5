import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import http, { type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { scratchServerVariable } from '../../src/store/scratch-store.ts'
import { openScratchSchema } from '../../src/store/scratch-postgres.ts'
import { type Engine, type EngineOptions, openEngine } from '../../src/engine/engine.ts'

export const token = 'f'.repeat(64)

export interface TestEngine extends AsyncDisposable {
  readonly engine: Engine
  readonly dataFolder: string
  /** What was logged as an error. */
  readonly errors: string[]
  send(request: TestRequest): Promise<TestAnswer>
}

export interface TestRequest {
  readonly method?: string
  readonly path: string
  /** Beside a valid `Authorization`, which `authorization: undefined` leaves out. */
  readonly headers?: OutgoingHttpHeaders
  readonly body?: string | Uint8Array
}

export interface TestAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

/** An engine in this process, on a folder of its own, and a database of its own where the environment names a server. */
export async function openTestEngine(options: Partial<EngineOptions> = {}): Promise<TestEngine> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'runwright-engine-'))
  const server = process.env[scratchServerVariable]
  const schema = server === undefined ? undefined : await openScratchSchema(server)
  const errors: string[] = []
  const remove = async () => {
    await schema?.[Symbol.asyncDispose]()
    await rm(dataFolder, { recursive: true })
  }
  const engine = await openEngine({
    dataFolder,
    ...(schema === undefined ? {} : { storeUrl: schema.url }),
    host: '127.0.0.1',
    port: 0,
    token,
    version: '0.1.0',
    now: Date.now,
    randomBytes,
    log: (level, message) => void (level === 'error' && errors.push(message)),
    onStop: () => undefined,
    ...options,
  }).catch(async (error: unknown) => {
    await remove()
    throw error
  })
  return {
    engine,
    dataFolder,
    errors,
    send: (request) => send(engine.port, request),
    async [Symbol.asyncDispose]() {
      await engine[Symbol.asyncDispose]()
      await remove()
    },
  }
}

/** `fetch` sets Host and Origin itself, so the requests of a foreign page have to be made by hand. */
function send(port: number, { method = 'GET', path, headers = {}, body }: TestRequest): Promise<TestAnswer> {
  return new Promise((resolve, reject) => {
    const all = { authorization: `Bearer ${token}`, ...headers }
    const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
    const request = http.request(
      { port, host: '127.0.0.1', method, path, headers: given, agent: false },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk) => chunks.push(chunk))
        response.once('error', reject)
        response.once('end', () => {
          const text = Buffer.concat(chunks).toString('utf8')
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text })
        })
      },
    )
    request.once('error', reject)
    request.end(body)
  })
}
