export interface Load {
  /** Each sends its next request when the last is answered. */
  readonly clients: number
  readonly durationMs: number
  /** Sends one request and waits for its answer; `index` counts those of this client from 0 on. */
  send(client: number, index: number): Promise<void>
}

/** Sends requests for a while; gives the answered ones per second, those under way at the end included. */
export async function measureRequestRate({ clients, durationMs, send }: Load): Promise<number> {
  const start = performance.now()
  const elapsedMs = () => performance.now() - start
  const keepSending = async (client: number) => {
    let count = 0
    while (elapsedMs() < durationMs) await send(client, count++)
    return count
  }
  const counts = await Promise.all(Array.from({ length: clients }, (_, client) => keepSending(client)))
  return (counts.reduce((sum, count) => sum + count, 0) / elapsedMs()) * 1000
}
