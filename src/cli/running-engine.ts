import { findEngine } from '../client/find-engine.ts'
import { createHttpClient } from '../client/http-client.ts'
import { openHttpConnections } from '../client/http-request.ts'
import type { Client } from '../protocol/client.ts'

/** The engine that serves the workspace now. Unlike `connect`, starts none, and none anew when it ends. */
export async function findRunningEngine(workspace: string): Promise<Client | undefined> {
  using connections = openHttpConnections()
  const found = await findEngine(connections, workspace)
  return found === undefined ? undefined : createHttpClient(found.endpoint)
}
