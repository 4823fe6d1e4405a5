import { join } from 'node:path'
import { connectEngine } from '../client/connect.ts'
import { createMlflowClient } from '../client/mlflow-client.ts'
import type { Client } from '../protocol/client.ts'
import type { Place } from './connections/place.ts'
import type { ServerCredentials } from './context.ts'

/** MLflow's interface tells of no changes, so a server is asked; a folder's engine tells by itself and never is. */
const serverPollMs = 5000

export interface ClientOpenerParts {
  readonly extensionPath: string
  readonly version: string
  credentials(url: string): Promise<ServerCredentials | undefined>
}

/**
 * Makes what connects to a place: a folder's engine, which is started with the editor's own Node when there is none, or
 * a server.
 */
export function createClientOpener({ extensionPath, version, credentials }: ClientOpenerParts) {
  const engineCommand = {
    file: process.execPath,
    args: [join(extensionPath, 'dist', 'engine.js')],
    env: { ELECTRON_RUN_AS_NODE: '1' },
  }
  return async (place: Place): Promise<Client> => {
    if (place.kind === 'folder') return connectEngine({ workspace: place.path, engineCommand, version })
    const known = await credentials(place.url)
    return createMlflowClient({
      url: place.url,
      pollMs: serverPollMs,
      now: Date.now,
      ...(known === undefined ? {} : { credentials: known }),
    })
  }
}
