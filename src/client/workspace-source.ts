import { setTimeout as delay } from 'node:timers/promises'
import { RunwrightError } from '../protocol/errors.ts'
import type { Endpoint, EndpointSource } from './endpoint.ts'
import { findEngine } from './find-engine.ts'
import type { HttpConnections } from './http-request.ts'
import { type EngineCommand, startEngine } from './start-engine.ts'
import { agreeOnVersion } from './version-handshake.ts'

export interface WorkspaceSourceOptions {
  readonly connections: HttpConnections
  readonly workspace: string
  readonly engineCommand: EngineCommand
  /** Of the client; an engine of another version may be replaced. */
  readonly version: string
}

/** How long an engine may take until it answers, the check of a large store included. */
const startTimeoutMs = 30_000
/** How long the holder of the lock may take to answer, or to let go. */
const lockPatienceMs = 500
const pollMs = 25

/** The engine of a workspace: found by its file, or started. Callers who ask at the same time share one answer. */
export function createWorkspaceSource(options: WorkspaceSourceOptions): EndpointSource {
  let current: Promise<Endpoint> | undefined

  function ensure(): Promise<Endpoint> {
    const pending = findOrStart(options)
    current = pending
    // A failure is told to those who wait, and tried again for the next one.
    pending.catch(() => {
      if (current === pending) current = undefined
    })
    return pending
  }

  return {
    get: (signal) => raceAbort(current ?? ensure(), signal),
    async renew(failed, _error, signal) {
      // Another caller may have found it first; then its answer is the new one.
      const known = current
      const endpoint = known === undefined ? undefined : await raceAbort(known, signal).catch(() => undefined)
      if (current !== known || (endpoint !== undefined && endpoint !== failed))
        return raceAbort(current ?? ensure(), signal)
      return raceAbort(ensure(), signal)
    },
  }
}

async function findOrStart({
  connections,
  workspace,
  engineCommand,
  version,
}: WorkspaceSourceOptions): Promise<Endpoint> {
  const startedAt = performance.now()
  while (performance.now() - startedAt < startTimeoutMs) {
    const found = await findEngine(connections, workspace)
    if (found !== undefined && (await agreeOnVersion(connections, found, version)) === 'use') return found.endpoint
    const outcome = await startEngine(workspace, engineCommand, startTimeoutMs)
    if (outcome === 'locked') await waitForEngine(connections, workspace)
  }
  throw new RunwrightError('ENGINE_UNREACHABLE', `No engine answers for ${workspace}, but one holds its lock.`, {
    hint: 'End the process that .runwright/engine.json names, then try again.',
  })
}

async function waitForEngine(connections: HttpConnections, workspace: string): Promise<void> {
  const until = performance.now() + lockPatienceMs
  while (performance.now() < until && (await findEngine(connections, workspace)) === undefined) await delay(pollMs)
}

/** Whoever gives up stops waiting; the start goes on for the others. */
function raceAbort<T>(pending: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return pending
  return new Promise((resolve, reject) => {
    const abort = () => reject(new RunwrightError('CANCELLED', 'The request was cancelled.'))
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort, { once: true })
    pending.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
