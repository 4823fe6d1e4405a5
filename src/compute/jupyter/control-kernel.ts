import { setTimeout as delay } from 'node:timers/promises'
import { RunwrightError } from '../../protocol/errors.ts'
import { isRecord } from '../../protocol/json.ts'
import type { JupyterServer } from './jupyter-server.ts'
import { notJupyter } from './server-errors.ts'

/** A kernel that the server lists in a session of ours. */
export interface ControlKernel {
  readonly sessionId: string
  readonly kernelId: string
}

/**
 * The kernel of a session, which is started when there is none: the path of a session names it, also to an engine that
 * comes later.
 *
 * @param wanted name of a kernel specification; without it the server's first choice for Python
 * @throws INVALID_STATE when the server has none
 */
export async function findControlKernel(
  server: JupyterServer,
  path: string,
  wanted: string | undefined,
): Promise<ControlKernel> {
  const name = choosePython(server.name, await server.ask('GET', 'api/kernelspecs'), wanted)
  const session = await server.ask('POST', 'api/sessions', {
    path,
    name: 'Runwright',
    type: 'console',
    kernel: { name },
  })
  const kernel = isRecord(session) ? session['kernel'] : undefined
  if (
    !isRecord(session) ||
    !isRecord(kernel) ||
    typeof session['id'] !== 'string' ||
    typeof kernel['id'] !== 'string'
  ) {
    throw notJupyter(server.name, 'starts no kernel')
  }
  return { sessionId: session['id'], kernelId: kernel['id'] }
}

/** Ends the kernel, unless somebody else is connected to it: a connection of ours that was closed counts a little longer. */
export async function releaseControlKernel(server: JupyterServer, kernel: ControlKernel): Promise<void> {
  for (let looks = 0; looks < 5; looks++) {
    const known = await server.ask('GET', `api/kernels/${kernel.kernelId}`)
    if (isRecord(known) && known['connections'] === 0) return endControlKernel(server, kernel)
    await delay(100)
  }
}

export async function endControlKernel(server: JupyterServer, { sessionId }: ControlKernel): Promise<void> {
  await server.ask('DELETE', `api/sessions/${sessionId}`)
}

function choosePython(server: string, answer: unknown, wanted: string | undefined): string {
  const specs = isRecord(answer) ? answer['kernelspecs'] : undefined
  if (!isRecord(answer) || !isRecord(specs)) throw notJupyter(server, 'lists no kernels')
  const languages = new Map(
    Object.entries(specs).map(([name, value]): [string, unknown] => {
      const spec = isRecord(value) ? value['spec'] : undefined
      return [name, isRecord(spec) ? spec['language'] : undefined]
    }),
  )
  const pythons = [...languages.keys()].filter((name) => languages.get(name) === 'python')
  const first = pythons.find((name) => name === answer['default']) ?? pythons[0]
  const chosen = wanted === undefined ? first : pythons.find((name) => name === wanted)
  if (chosen !== undefined) return chosen
  const what = wanted === undefined ? 'a Python kernel' : `a Python kernel "${wanted}"`
  throw new RunwrightError('INVALID_STATE', `${server} does not have ${what}, which jobs are started by.`, {
    hint: pythons.length > 0 ? `It has: ${pythons.join(', ')}.` : 'Install one there: `pip install ipykernel`.',
  })
}
