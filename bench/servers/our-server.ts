import { openTestWorkspace } from '../../test/vscode/workspace.ts'
import { openMlflowRequests } from '../load/mlflow-requests.ts'
import type { TrackingServer } from './tracking-server.ts'

/** Starts the engine that ships, in the way the extension and the command line do: found by its file, else started. */
export async function openOurServer(folder: string): Promise<TrackingServer> {
  await using opened = new AsyncDisposableStack()
  const { client } = opened.use(await openTestWorkspace(folder))
  const { uri, token } = await client.tracking()
  const endpoint = { url: uri, headers: token === undefined ? {} : { authorization: `Bearer ${token}` } }
  using requests = openMlflowRequests(endpoint)
  await requests.post('experiments/search', { max_results: 1 })
  const running = opened.move()
  return {
    endpoint,
    folder,
    processes: async () => [(await client.call('engine/status', {})).pid],
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}
