import { openMlflowRequests } from '../load/mlflow-requests.ts'
import { createExperiment } from '../load/start-runs.ts'
import type { BothServers } from '../servers/both-servers.ts'
import type { TrackingServer } from '../servers/tracking-server.ts'
import { insertFinishedRuns } from './insert-finished-runs.ts'
import { logFinishedRuns } from './log-finished-runs.ts'

/** Gives both sides the same runs in an experiment; returns its id, which is the same on both. */
export function fillBothServers({ ours, peer }: BothServers, count: number): Promise<string> {
  return fillServers(ours, [peer], count)
}

/** Gives our side and each peer the same runs in an experiment; returns its id, which is the same on all. */
export async function fillServers(
  ours: TrackingServer,
  peers: readonly TrackingServer[],
  count: number,
): Promise<string> {
  const experimentId = await fillOurServer(ours, 'sweep', count)
  for (const peer of peers) {
    using requests = openMlflowRequests(peer.endpoint)
    const peerId = await createExperiment(requests, 'sweep')
    if (peerId !== experimentId) throw new Error(`The experiment is ${experimentId} here and ${peerId} there.`)
    insertFinishedRuns(peer.folder, peerId, count)
  }
  return experimentId
}

/** Logs runs to an experiment of our side, as its clients do; returns its id. */
export async function fillOurServer({ endpoint }: TrackingServer, name: string, count: number): Promise<string> {
  using requests = openMlflowRequests(endpoint)
  const experimentId = await createExperiment(requests, name)
  await logFinishedRuns(requests, experimentId, count)
  return experimentId
}
