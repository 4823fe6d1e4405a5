import type { Client } from '../protocol/client.ts'
import { createClient } from './http-client.ts'
import { openHttpConnections } from './http-request.ts'
import type { EngineCommand } from './start-engine.ts'
import { createWorkspaceSource } from './workspace-source.ts'

export type { EngineCommand } from './start-engine.ts'

export interface ConnectOptions {
  /** Absolute path of the workspace folder. */
  readonly workspace: string
  readonly engineCommand: EngineCommand
  /** Of the caller, for example `0.1.0`. */
  readonly version: string
  readonly signal?: AbortSignal
}

/**
 * Connects to the workspace's engine, which is started when there is none. The client finds or starts it again
 * whenever it has gone.
 *
 * @throws STORAGE_… when the store keeps an engine from starting, VERSION_MISMATCH, ENGINE_UNREACHABLE, CANCELLED
 */
export async function connectEngine({ workspace, engineCommand, version, signal }: ConnectOptions): Promise<Client> {
  const connections = openHttpConnections()
  const source = createWorkspaceSource({ connections, workspace, engineCommand, version })
  try {
    await source.get(signal)
    return createClient(source, connections)
  } catch (error) {
    connections[Symbol.dispose]()
    throw error
  }
}
