import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Sample, Sides } from '../benchmark.ts'
import { openOurServer } from './our-server.ts'
import { openPeerServer } from './peer-server.ts'
import { waitUntilQuiet } from './process-group.ts'
import type { OpenServer, TrackingServer } from './tracking-server.ts'

/** Both sides in one folder each. */
export interface BothServers extends AsyncDisposable {
  readonly ours: TrackingServer
  readonly peer: TrackingServer
}

/** Starts both, and waits until the peer has settled. */
export async function openBothServers(folder: string): Promise<BothServers> {
  await using opened = new AsyncDisposableStack()
  const start = async (open: OpenServer, name: string) => {
    const own = join(folder, name)
    await mkdir(own)
    return opened.use(await open(own))
  }
  const ours = await start(openOurServer, 'ours')
  const peer = await start(openPeerServer, 'peer')
  await waitUntilQuiet(peer.processes)
  const running = opened.move()
  return { ours, peer, [Symbol.asyncDispose]: () => running.disposeAsync() }
}

/** Measures both servers by the same function, each between two rests of the other. */
export function measureBoth<Id extends string>(
  { ours, peer, ...servers }: BothServers,
  takeSample: (server: TrackingServer) => Promise<Sample<Id>>,
): Sides<Id> {
  return {
    ours: () => takeSample(ours),
    peer: () => takeSample(peer),
    [Symbol.asyncDispose]: () => servers[Symbol.asyncDispose](),
  }
}
