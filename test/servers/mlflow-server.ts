import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** A real `mlflow server`; disposing it ends all of its processes. */
export interface RunningServer extends AsyncDisposable {
  readonly url: string
  /** The leader of the server's process group. */
  readonly pid: number
  /** Posts to the server's REST API as another program does; `route` is what follows `/api/2.0/mlflow/`. */
  post(route: string, body: object): Promise<void>
}

/** Milliseconds until the server must listen; its start imports half of Python's data stack. */
const startTimeoutMs = 120_000

/**
 * Starts `mlflow server` on a free port of 127.0.0.1, with an SQLite store and an artifact folder below `folder`.
 *
 * @param options.asInProduction with MLflow's defaults: four workers and a job runner; else one worker alone, which
 *   starts in half the time
 */
export async function openMlflowServer(options: {
  readonly python: string
  readonly folder: string
  readonly asInProduction?: boolean
  /** Variables beyond those of this process. */
  readonly env?: Readonly<Record<string, string>>
}): Promise<RunningServer> {
  const { python, folder, asInProduction = false } = options
  const store = ['--backend-store-uri', `sqlite:///${join(folder, 'mlflow.db')}`]
  const artifacts = ['--artifacts-destination', join(folder, 'artifacts')]
  const workers = asInProduction ? [] : ['--workers', '1']
  const child = spawn(
    python,
    ['-m', 'mlflow', 'server', '--host', '127.0.0.1', '--port', '0', ...store, ...artifacts, ...workers],
    {
      cwd: folder,
      // Its workers are children of children: they are ended as a process group.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      // It forgets lock files in the folder for temporary files.
      env: {
        ...process.env,
        TMPDIR: folder,
        ...(asInProduction ? {} : { MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false' }),
        ...options.env,
      },
    },
  )
  const stop = () => endGroup(child)
  try {
    const url = await readUrl(child)
    const post = (route: string, body: object) => postTo(url, route, body)
    return { url, pid: child.pid ?? 0, post, [Symbol.asyncDispose]: stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function postTo(url: string, route: string, body: object): Promise<void> {
  const response = await fetch(`${url}/api/2.0/mlflow/${route}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const answer = await response.text()
  assert.equal(response.status, 200, answer)
}

/** Waits for the line in which the server says where it listens. */
function readUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    const fail = (why: string) => reject(new Error(`mlflow server ${why}:\n${said}`))
    const timer = setTimeout(() => fail(`did not listen within ${startTimeoutMs} ms`), startTimeoutMs)
    child.once('error', reject).once('exit', () => fail('ended'))
    const listen = (chunk: Buffer) => {
      said = `${said}${chunk}`.slice(-10_000)
      const url = /Uvicorn running on (http:\S+)/.exec(said)?.[1]
      if (url === undefined) return
      clearTimeout(timer)
      resolve(url)
    }
    // Read on after that, or the server would stop at a full pipe.
    child.stdout?.on('data', listen)
    child.stderr?.on('data', listen)
  })
}

async function endGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) return
  const group = -child.pid
  const signal = (name: NodeJS.Signals) => {
    try {
      process.kill(group, name)
    } catch {
      // All of the group has ended already.
    }
  }
  if (child.exitCode === null && child.signalCode === null) {
    const exit = once(child, 'exit')
    signal('SIGTERM')
    const timer = setTimeout(() => signal('SIGKILL'), 5000)
    await exit
    clearTimeout(timer)
  }
  signal('SIGKILL')
}
