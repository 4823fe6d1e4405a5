import { setTimeout as delay } from 'node:timers/promises'
import { RunwrightError } from '../../protocol/errors.ts'
import { isRecord } from '../../protocol/json.ts'
import type { JupyterServer } from '../../jupyter/jupyter-server.ts'
import { findPythonSpec, listServerSpecs, type ServerSpecs } from '../../jupyter/server-specs.ts'
import { notJupyter } from '../../jupyter/server-errors.ts'

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
  const name = choosePython(server.name, await listServerSpecs(server), wanted)
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

function choosePython(server: string, known: ServerSpecs, wanted: string | undefined): string {
  const pythons = known.specs.filter(({ language }) => language === 'python')
  const chosen = wanted === undefined ? findPythonSpec(known) : pythons.find(({ name }) => name === wanted)
  if (chosen !== undefined) return chosen.name
  const what = wanted === undefined ? 'a Python kernel' : `a Python kernel "${wanted}"`
  const names = pythons.map(({ name }) => name)
  throw new RunwrightError('INVALID_STATE', `${server} does not have ${what}, which jobs are started by.`, {
    hint: names.length > 0 ? `It has: ${names.join(', ')}.` : 'Install one there: `pip install ipykernel`.',
  })
}
