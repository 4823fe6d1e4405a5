import { type Kernel, KernelManager, ServerConnection } from '@jupyterlab/services'
import type { CellRunner } from './cell-runner.ts'

/** `@jupyterlab/services` in this process, as JupyterLab has it. */
export function openLabServices({ url, token }: { readonly url: string; readonly token: string }): CellRunner {
  const serverSettings = ServerConnection.makeSettings({
    baseUrl: url,
    wsUrl: url.replace('http', 'ws'),
    token,
    appendToken: true,
  })
  const kernels = new KernelManager({ serverSettings })
  let kernel: Kernel.IKernelConnection | undefined

  async function run(code: string): Promise<{ stdout: string }> {
    if (kernel === undefined) throw new Error('There is no kernel.')
    const texts: string[] = []
    const future = kernel.requestExecute({ code })
    future.onIOPub = ({ content }) => {
      if ('text' in content && typeof content.text === 'string') texts.push(content.text)
    }
    const reply = await future.done
    if (reply.content.status !== 'ok') throw new Error(`A cell ended as ${reply.content.status}.`)
    return { stdout: texts.join('') }
  }

  return {
    async start() {
      kernel = await kernels.startNew({ name: 'python3' })
      await kernel.info
      await run('pass')
    },
    run,
    async stop() {
      await kernel?.shutdown()
      kernel?.dispose()
      kernel = undefined
    },
    async [Symbol.asyncDispose]() {
      await kernel?.shutdown()
      kernels.dispose()
    },
  }
}
