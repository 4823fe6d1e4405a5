import type { Connections } from './connections.ts'

/** Absolute path of a connection's workspace folder; undefined for a server. */
export function findFolder(connections: Pick<Connections, 'find'>, connectionId: string): string | undefined {
  const place = connections.find(connectionId)?.place
  return place?.kind === 'folder' ? place.path : undefined
}
