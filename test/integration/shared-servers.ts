import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { findFreePorts } from '../servers/free-ports.ts'
import { startCli, type Started } from './cli-workspace.ts'

/** A process of `runwright server` on a database that others share. */
export interface SharedServer {
  readonly url: string
  readonly token: string
  /** Ends it at once, and starts another on its port. */
  killAndReturn(): Promise<void>
  /** All that it has printed so far, and its predecessors. */
  output(): string
}

/** Some processes of `runwright server --store`, with one folder of artifacts. Disposing it ends and removes them. */
export interface SharedServers extends AsyncDisposable {
  readonly servers: readonly SharedServer[]
  readonly dataFolder: string
}

export async function openSharedServers(
  store: string,
  count: number,
  env: Record<string, string> = {},
): Promise<SharedServers> {
  const folder = await mkdtemp(path.join(tmpdir(), 'runwright-shared-'))
  const dataFolder = path.join(folder, 'data')
  const running = new Set<Started>()
  const kill = async (started: Started) => {
    started.process.kill('SIGKILL')
    running.delete(started)
    await started.finished
  }

  async function open(port: number): Promise<SharedServer> {
    let printed = ''
    const start = async () => {
      const words = ['server', '--store', store, '--data', dataFolder, '--port', String(port)]
      const started = startCli(words, { folder, env })
      running.add(started)
      for (const stream of [started.process.stdout, started.process.stderr])
        stream?.on('data', (text: string) => (printed += text))
      await started.line('MLFLOW_TRACKING_URI=')
      return started
    }
    let started = await start()
    return {
      url: `http://127.0.0.1:${port}`,
      token: (await readFile(path.join(dataFolder, 'token'), 'utf8')).trim(),
      output: () => printed,
      async killAndReturn() {
        await kill(started)
        started = await start()
      },
    }
  }

  const close = async () => {
    await Promise.all([...running].map(kill))
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  try {
    const ports = await findFreePorts(count)
    // At once, as machines start them: one makes the tables and the token, the others wait for it.
    const servers = await Promise.all(ports.map(open))
    return { servers, dataFolder, [Symbol.asyncDispose]: close }
  } catch (error) {
    await close()
    throw error
  }
}

/** One request to MLflow's API 2.0. @throws when there is no answer */
export async function ask(
  { url, token }: Pick<SharedServer, 'url' | 'token'>,
  route: string,
  body: object,
): Promise<{ status: number; json: Record<string, unknown> }> {
  const answer = await fetch(`${url}/api/2.0/mlflow/${route}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  })
  const json: unknown = await answer.json()
  assert.ok(typeof json === 'object' && json !== null)
  return { status: answer.status, json: { ...json } }
}
