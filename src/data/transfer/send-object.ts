import type { ObjectKey } from '../object-key.ts'
import type { DataRemote, RemoteSource } from '../remote.ts'
import { tryAgain } from '../../object-store/try-again.ts'

/**
 * Puts an object into a remote, however often the connection breaks on the way as long as each attempt gets further than
 * those before.
 *
 * @throws as `DataRemote.write`
 */
export async function sendObject(
  remote: DataRemote,
  key: ObjectKey,
  { path, sizeBytes, onBytes }: RemoteSource,
  signal: AbortSignal,
): Promise<void> {
  let furthest = 0
  await tryAgain(async (moved) => {
    let sent = 0
    const count = (bytes: number) => {
      sent += bytes
      onBytes?.(bytes)
      if (sent <= furthest) return
      furthest = sent
      moved()
    }
    try {
      await remote.write(key, { path, sizeBytes, onBytes: count }, signal)
    } catch (error) {
      onBytes?.(-sent)
      throw error
    }
  }, signal)
}
