import { readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { KernelId } from '../../src/protocol/kernels.ts'
import { newKernelId } from '../../test/contract/kernel.ts'
import { openTestWorkspace } from '../../test/vscode/workspace.ts'
import { readMemory } from '../servers/memory.ts'
import type { CellRunner } from './cell-runner.ts'
import { runCell } from './run-cell.ts'

/** Our engine, as it ships. */
export interface OurKernels extends CellRunner {
  /** In MB, of the engine and of the process that keeps the kernel. */
  readMemory(): Promise<{ readonly engine: number; readonly keeper: number }>
}

/** @param target of `runwright.yaml`, where the kernels are to be on a server. Default: in the environment, here */
export async function openOurKernels(
  folder: string,
  environment: string,
  target?: { readonly url: string; readonly token: string },
): Promise<OurKernels> {
  await symlink(environment, join(folder, '.venv'))
  if (target !== undefined) {
    const lab = { kind: 'jupyter', url: target.url, tokenFrom: 'LAB_TOKEN' }
    await writeFile(join(folder, 'runwright.yaml'), JSON.stringify({ targets: { lab } }))
  }
  await using opened = new AsyncDisposableStack()
  const { client } = opened.use(await openTestWorkspace(folder))
  const { environments } = await client.call('kernels/environments', {})
  const here = environments.find(({ kind, isOfWorkspace }) => kind === 'venv' && isOfWorkspace)
  const environmentId = target === undefined ? here?.environmentId : 'jupyter:lab'
  if (environmentId === undefined) throw new Error(`${environment} is no environment.`)
  let kernelId: KernelId | undefined

  async function run(code: string): Promise<{ stdout: string }> {
    if (kernelId === undefined) throw new Error('There is no kernel.')
    return await runCell(client, kernelId, code)
  }

  const running = opened.move()
  return {
    async start() {
      kernelId = newKernelId()
      const tokens = target === undefined ? {} : { tokens: { LAB_TOKEN: target.token } }
      await client.call('kernels/start', { kernelId, environmentId, ...tokens })
      await run('pass')
    },
    run,
    async stop() {
      if (kernelId !== undefined) await client.call('kernels/shutdown', { kernelId })
      kernelId = undefined
    },
    async readMemory() {
      const relay = JSON.parse(
        await readFile(join(folder, '.runwright/kernels', String(kernelId), 'relay.json'), 'utf8'),
      )
      const { pid } = await client.call('engine/status', {})
      const [engine, keeper] = await Promise.all([readMemory([pid]), readMemory([relay.pid])])
      return { engine: engine.residentMb, keeper: keeper.residentMb }
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}
