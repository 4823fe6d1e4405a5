import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { isRecord } from '../../src/protocol/json.ts'
import { findFreePorts } from './free-ports.ts'

/** A real Jupyter Server on 127.0.0.1; disposing it ends and removes it, with its kernels. */
export interface TestJupyter extends AsyncDisposable {
  /** With a slash at the end. */
  readonly url: string
  readonly token: string
  readonly folder: string
  /** HOME of its kernels. */
  readonly home: string
  /** Once more, on the same port and with the same token. */
  start(): Promise<void>
  /** The server; its kernels notice and end by themselves, what they have started goes on. */
  kill9(): Promise<void>
  kernels(): Promise<readonly string[]>
  /** Process ids of the kernels that live. */
  kernelPids(): Promise<readonly number[]>
}

const startTimeoutMs = 60_000

export interface JupyterOptions {
  /** The Python module that is the server. Default: `jupyter_server`. */
  readonly module?: string
  /** What it serves. Default: the HOME of its kernels. */
  readonly served?: string
  readonly env?: Readonly<Record<string, string>>
}

/**
 * @param python one that has the module, `ipykernel` and, for jobs, `nbconvert`
 * @param more settings, as words of its command line
 */
export async function openJupyter(
  python: string,
  more: readonly string[] = [],
  { module = 'jupyter_server', served, env }: JupyterOptions = {},
): Promise<TestJupyter> {
  const folder = await mkdtemp(join(tmpdir(), 'rw-jupyter-'))
  const home = join(folder, 'home')
  const [port = 0] = await findFreePorts(1)
  const url = `http://127.0.0.1:${port}/base/`
  const token = randomBytes(24).toString('hex')
  await mkdir(home)
  const log = createWriteStream(join(folder, 'server.log'), { flags: 'a' })
  let child: ChildProcess | undefined

  const ask = async (path: string): Promise<unknown> =>
    (await fetch(new URL(path, url), { headers: { authorization: `token ${token}` } })).json()

  async function start(): Promise<void> {
    const own = ['--ip', '127.0.0.1', '--port', String(port), '--ServerApp.port_retries=0', '--no-browser']
    const settings = [`--ServerApp.root_dir=${served ?? home}`, '--ServerApp.base_url=/base/', '--allow-root']
    const started = spawn(python, ['-m', module, ...own, ...settings, ...more], {
      cwd: served ?? home,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...serverEnvironment(folder, token), ...env },
    })
    child = started
    started.stdout.pipe(log, { end: false })
    started.stderr.pipe(log, { end: false })
    const deadline = performance.now() + startTimeoutMs
    while (!(await ask('api/kernels').then(Array.isArray, () => false))) {
      if (started.exitCode !== null || performance.now() > deadline) throw new Error(`See ${folder}/server.log.`)
      await delay(50)
    }
  }

  async function stop(signal: NodeJS.Signals): Promise<void> {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const exit = once(child, 'exit')
    child.kill(signal)
    await exit
  }

  async function listKernels(): Promise<readonly string[]> {
    const known = await ask('api/kernels')
    return Array.isArray(known) ? known.flatMap((kernel) => (isRecord(kernel) ? [String(kernel['id'])] : [])) : []
  }

  await start()
  return {
    url,
    token,
    folder,
    home,
    start,
    kill9: () => stop('SIGKILL'),
    kernels: listKernels,
    kernelPids: () => findKernels(join(folder, 'runtime')),
    async [Symbol.asyncDispose]() {
      await stop('SIGTERM')
      for (const pid of await findKernels(join(folder, 'runtime'))) process.kill(pid, 'SIGKILL')
      log.end()
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/** Nothing of the settings of whoever runs the tests; with Python's programs only where a user has them. */
function serverEnvironment(folder: string, token: string): Record<string, string | undefined> {
  const own = Object.entries(process.env).filter(([name]) => !/^(JUPYTER|JPY|IPYTHON|MLFLOW|RUNWRIGHT)/.test(name))
  return {
    ...Object.fromEntries(own),
    HOME: join(folder, 'home'),
    JUPYTER_TOKEN: token,
    JUPYTER_RUNTIME_DIR: join(folder, 'runtime'),
    JUPYTER_CONFIG_DIR: join(folder, 'config'),
    JUPYTER_DATA_DIR: join(folder, 'data'),
    IPYTHONDIR: join(folder, 'ipython'),
  }
}

/** Kernels are told by the connection file that their command line names. */
async function findKernels(runtime: string): Promise<number[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const found = await Promise.all(
    ids.map(async (id) => {
      const words = (await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')).split('\0')
      return words.some((word) => word.startsWith(`${runtime}/kernel-`)) ? [Number(id)] : []
    }),
  )
  return found.flat()
}
