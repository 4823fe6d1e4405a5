import { randomBytes } from 'node:crypto'
import { defineBenchmark } from '../benchmark.ts'
import { openMlflowRequests } from '../load/mlflow-requests.ts'
import { startRuns } from '../load/start-runs.ts'
import { measureTransfer, megabyte, readWhole } from '../load/transfer.ts'
import { measureBoth, openBothServers } from '../servers/both-servers.ts'
import type { TrackingServer } from '../servers/tracking-server.ts'

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
        uploadSmall: await measureTransfer(smallFiles, small.length, (path) => requests.upload(path, small)),
        uploadLarge: await measureTransfer([largeFile], large.length, (path) => requests.upload(path, large)),
        downloadSmall: await measureTransfer(smallFiles, small.length, (path) =>
          readWhole(requests, path, small.length),
        ),
        downloadLarge: await measureTransfer([largeFile], large.length, (path) =>
          readWhole(requests, path, large.length),
        ),
      }
      await requests.remove(largeFile)
      return sample
    })
  },
})
