import { setTimeout as delay } from 'node:timers/promises'
import type { JupyterServer } from '../../jupyter/jupyter-server.ts'
import { notJupyter } from '../../jupyter/server-errors.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import { isRecord, parseForeignJson, recordOf } from '../../protocol/json.ts'
import type { KernelId } from '../../protocol/kernels.ts'

/** A kernel of a server, in a session of its own there: so the server's pages list it by its name. */
export interface ServerKernel {
  readonly sessionId: string
  readonly kernelId: string
}

/** One that was just started. */
export interface StartedServerKernel extends ServerKernel {
  /** Milliseconds since 1970-01-01 UTC. */
  readonly startedAt: number
}

/** Of the session that a kernel of ours has there, also after the process that keeps it has been killed. */
export function toSessionPath(kernelId: KernelId): string {
  return `runwright-${kernelId}`
}

/**
 * @param path of the session: names it, also to who comes later. The kernel works in the folder of it
 * @param spec what the server knows the kernel by
 * @throws INVALID_STATE when it cannot be started there
 */
export async function startServerKernel(
  server: JupyterServer,
  { path, name, spec }: { readonly path: string; readonly name: string; readonly spec: string },
): Promise<StartedServerKernel> {
  const asked = { path, name, type: 'notebook', kernel: { name: spec } }
  const session = await server.ask('POST', 'api/sessions', asked).catch((error: unknown) => {
    throw explainStart(error, server.name, spec)
  })
  const kernel = readSession(session)
  if (kernel === undefined) throw notJupyter(server.name, 'starts no kernel')
  return { ...kernel, startedAt: Date.now() }
}

const endTries = 40
const endPauseMs = 250

/**
 * Ends the kernels of all sessions of a path. A server refuses while it starts one anew that has died.
 *
 * @throws what keeps from asking it, or what it says after ten seconds of that
 */
export async function endServerKernels(server: JupyterServer, path: string): Promise<void> {
  for (let left = endTries; ; left--) {
    const known = await server.ask('GET', 'api/sessions')
    const own = (Array.isArray(known) ? known : []).filter((each) => isRecord(each) && each['path'] === path)
    const sessions = own.map(readSession).filter((each) => each !== undefined)
    try {
      await Promise.all(sessions.map(({ sessionId }) => server.ask('DELETE', `api/sessions/${sessionId}`)))
      return
    } catch (error) {
      if (left === 0) throw error
      await delay(endPauseMs)
    }
  }
}

/** What the server says that it does, as `busy`; undefined when it does not have it any more. */
export async function findServerKernel(server: JupyterServer, kernelId: string): Promise<string | undefined> {
  const known = await server.ask('GET', 'api/kernels')
  const own = (Array.isArray(known) ? known : []).find((each) => isRecord(each) && each['id'] === kernelId)
  return isRecord(own) ? String(own['execution_state']) : undefined
}

export async function interruptServerKernel(server: JupyterServer, kernelId: string): Promise<void> {
  await server.ask('POST', `api/kernels/${kernelId}/interrupt`, {})
}

function readSession(session: unknown): ServerKernel | undefined {
  const kernel = isRecord(session) ? session['kernel'] : undefined
  if (!isRecord(session) || !isRecord(kernel)) return undefined
  const [sessionId, kernelId] = [session['id'], kernel['id']]
  return typeof sessionId === 'string' && typeof kernelId === 'string' ? { sessionId, kernelId } : undefined
}

/** From JSON; undefined for anything else. */
export function parseStartedServerKernel(content: string): StartedServerKernel | undefined {
  const { sessionId, kernelId, startedAt } = recordOf(parseForeignJson(content))
  if (typeof sessionId !== 'string' || typeof kernelId !== 'string' || typeof startedAt !== 'number') return undefined
  return { sessionId, kernelId, startedAt }
}

/** A server that can be asked and cannot start it says why, in an answer of 500 and more. */
function explainStart(error: unknown, server: string, spec: string): unknown {
  const [, said = ''] = error instanceof RunwrightError ? (/ answers 5\d\d: (.+)/s.exec(error.message) ?? []) : []
  if (said === '') return error
  return new RunwrightError(
    'INVALID_STATE',
    `${server} cannot start its kernel "${spec}": ${said.replace(/\.$/, '')}.`,
    {
      hint: 'Its interpreter is missing or broken there: `jupyter kernelspec list` shows, on that machine, the file that names it.',
      cause: error,
    },
  )
}
