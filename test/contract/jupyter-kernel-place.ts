import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openJupyter, type TestJupyter } from '../servers/jupyter.ts'
import { type LineToCut, openLineToCut } from '../servers/line-to-cut.ts'
import { findTestPython } from '../servers/test-python.ts'
import type { KernelPlace } from './kernel.ts'
import { openKernelEngine } from './python-kernel-place.ts'

export interface JupyterPlace extends KernelPlace {
  readonly server: TestJupyter
  /** All that the engine and its kernels say goes over it. */
  readonly line: LineToCut
  readonly dataFolder: string
  readonly workspace: string
}

/**
 * A real Jupyter Server, and an engine whose `runwright.yaml` names it.
 *
 * @param more settings of the server
 */
export async function openJupyterPlace(more: readonly string[] = []): Promise<JupyterPlace> {
  await using opened = new AsyncDisposableStack()
  const server = opened.use(await openJupyter(findTestPython(process.env), more))
  const line = opened.use(await openLineToCut(Number(new URL(server.url).port)))
  const workspace = await mkdtemp(join(tmpdir(), 'runwright-remote-'))
  opened.defer(() => rm(workspace, { recursive: true, force: true }))
  const url = `http://127.0.0.1:${line.port}/base/`
  const targets = `targets:\n  lab: { kind: jupyter, url: '${url}', tokenFrom: LAB_TOKEN }\n`
  await writeFile(join(workspace, 'runwright.yaml'), targets)
  const { client, dataFolder } = opened.use(
    await openKernelEngine({ workspace, env: { ...process.env, LAB_TOKEN: server.token } }),
  )
  const closing = opened.move()
  return {
    client,
    environmentId: 'jupyter:lab',
    server,
    line,
    dataFolder,
    workspace,
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  }
}
