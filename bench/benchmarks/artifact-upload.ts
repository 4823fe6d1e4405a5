import { randomBytes } from 'node:crypto'
import { defineBenchmark } from '../benchmark.ts'
import { type MlflowRequests, openMlflowRequests } from '../load/mlflow-requests.ts'
import { startRuns } from '../load/start-runs.ts'
import { measureBoth, openBothServers } from '../servers/both-servers.ts'
import type { TrackingServer } from '../servers/tracking-server.ts'

const megabyte = 1024 * 1024
const target = { timesPeer: 1 }

export default defineBenchmark({
  name: 'artifact-upload',
  summary: 'PUT and GET of artifacts through the proxy, one after another',
  measures: {
    uploadSmall: { label: 'upload, 20 files of 1 MB', unit: 'MB/s', target },
    uploadLarge: { label: 'upload, a file of 200 MB', unit: 'MB/s', target },
    downloadSmall: { label: 'download, 20 files of 1 MB', unit: 'MB/s' },
    downloadLarge: { label: 'download, a file of 200 MB', unit: 'MB/s' },
  },
  async open({ isQuick, folder }) {
    const small = randomBytes(megabyte)
    const large = randomBytes((isQuick ? 8 : 200) * megabyte)
    const smallCount = isQuick ? 3 : 20
    return measureBoth(await openBothServers(folder), async ({ endpoint }: TrackingServer) => {
      using requests = openMlflowRequests(endpoint)
      const [run] = await startRuns(requests, 1)
      const parent = run?.artifactPath ?? ''
      const smallFiles = Array.from({ length: smallCount }, (_, index) => `${parent}/small/${index}.bin`)
      const largeFile = `${parent}/large.bin`
      const sample = {
        uploadSmall: await measureTransfer(smallFiles, small, (path) => requests.upload(path, small)),
        uploadLarge: await measureTransfer([largeFile], large, (path) => requests.upload(path, large)),
        downloadSmall: await measureTransfer(smallFiles, small, (path) => readWhole(requests, path, small)),
        downloadLarge: await measureTransfer([largeFile], large, (path) => readWhole(requests, path, large)),
      }
      await requests.remove(largeFile)
      return sample
    })
  },
})

/** Files of the same content one after another, in MB a second. */
async function measureTransfer(
  paths: readonly string[],
  content: Uint8Array,
  transfer: (path: string) => Promise<void>,
): Promise<number> {
  const start = performance.now()
  for (const path of paths) await transfer(path)
  const seconds = (performance.now() - start) / 1000
  return (paths.length * content.length) / megabyte / seconds
}

async function readWhole(requests: MlflowRequests, path: string, content: Uint8Array): Promise<void> {
  const sizeBytes = await requests.download(path)
  if (sizeBytes !== content.length) throw new Error(`${path} came back as ${sizeBytes} bytes.`)
}
