import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createHttpClient } from '../../src/client/http-client.ts'
import { openEngine } from '../../src/engine/engine.ts'
import type { KernelPlace } from './kernel.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

const python = join(root, 'test/python/.venv/bin/python3')

/** A kernelspec as Jupyter has it, whose kernel wants to be interrupted by messages. */
export async function openKernelSpecPlace(): Promise<KernelPlace> {
  const data = await mkdtemp(join(tmpdir(), 'runwright-kernelspec-'))
  const argv = [python, '-m', 'ipykernel_launcher', '-f', '{connection_file}']
  await mkdir(join(data, 'kernels/spoken-to'), { recursive: true })
  const spec = { argv, display_name: 'Spoken to', language: 'python', interrupt_mode: 'message' }
  await writeFile(join(data, 'kernels/spoken-to/kernel.json'), JSON.stringify(spec))
  const place = await openPythonPlace({ ...process.env, JUPYTER_PATH: data })
  return {
    client: place.client,
    environmentId: 'kernelspec:spoken-to',
    async [Symbol.asyncDispose]() {
      await place[Symbol.asyncDispose]()
      await rm(data, { recursive: true })
    },
  }
}

/** An engine in this process, whose workspace has the virtual environment of the tests. */
export async function openPythonPlace(
  env: NodeJS.ProcessEnv = process.env,
): Promise<KernelPlace & { readonly dataFolder: string }> {
  const place = await openKernelEngine({ workspace: join(root, 'test/python'), env })
  return { ...place, environmentId: `venv:${python}` }
}

/** An engine in this process. @param options.env of its kernels, and where it looks for what lets one in to others */
export async function openKernelEngine({
  workspace,
  env,
}: {
  /** Absolute. */
  readonly workspace: string
  readonly env: NodeJS.ProcessEnv
}): Promise<Pick<KernelPlace, 'client'> & AsyncDisposable & { readonly dataFolder: string }> {
  await using opened = new AsyncDisposableStack()
  const dataFolder = await mkdtemp(join(tmpdir(), 'runwright-kernels-'))
  opened.defer(() => rm(dataFolder, { recursive: true, force: true }))
  const relay = { file: process.execPath, args: [join(root, 'src/kernels/relay/main.ts')], env: {} }
  const engine = opened.use(
    await openEngine({
      dataFolder,
      workspace,
      host: '127.0.0.1',
      port: 0,
      token: undefined,
      version: '0.1.0',
      now: Date.now,
      randomBytes,
      log: () => {},
      onStop: () => {},
      kernels: { relay, home: homedir(), env },
    }),
  )
  const client = opened.use(createHttpClient({ url: engine.trackingUri }))
  const closing = opened.move()
  return { client, dataFolder, [Symbol.asyncDispose]: () => closing.disposeAsync() }
}
