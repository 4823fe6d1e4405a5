import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openJupyter } from '../../test/servers/jupyter.ts'
import { defineBenchmark, type Sample } from '../benchmark.ts'
import type { CellRunner } from '../notebooks/cell-runner.ts'
import { openLabServices } from '../notebooks/lab-services.ts'
import { measureLines, measureRoundTrip, measureStart } from '../notebooks/measure-cells.ts'
import { openOurKernels } from '../notebooks/our-kernels.ts'
import { installPeerPython, peerVersions } from '../notebooks/peer-python.ts'

const peerPackage = join(import.meta.dirname, '../../node_modules/@jupyterlab/services/package.json')
const { version: peerVersion } = JSON.parse(await readFile(peerPackage, 'utf8'))

/** The server throws away what is more than its limits allow, and ours keeps below them; so they are out of the way. */
const unlimited = ['--ZMQChannelsWebsocketConnection.limit_rate=False']

export default defineBenchmark({
  name: 'notebooks-remote',
  summary: 'A kernel of a Jupyter Server through engine, keeper and journal, against @jupyterlab/services alone',
  measures: {
    roundTrip: { label: 'a trivial cell, from asking to its end', unit: 'ms', target: { timesPeer: 2 } },
    start: { label: 'from starting a kernel to its first answer', unit: 'ms', target: { timesPeer: 1 } },
    lines: { label: '20,000 printed lines, by the kernel’s own time', unit: '×' },
    engine: { label: 'memory of the engine after that', unit: 'MB' },
    keeper: { label: 'memory of what keeps the kernel', unit: 'MB' },
  },
  describePeers: () => `@jupyterlab/services ${peerVersion}, both on jupyter_server ${peerVersions.jupyter_server}`,
  async open({ isQuick, folder }) {
    await using opened = new AsyncDisposableStack()
    const environment = await installPeerPython(folder)
    const server = opened.use(await openJupyter(join(environment, 'bin/python'), unlimited))
    const own = join(folder, 'workspace')
    await mkdir(own)
    const ours = opened.use(await openOurKernels(own, environment, server))
    const peer = opened.use(openLabServices(server))
    const sizes = isQuick ? { cells: 5, lines: 500 } : { cells: 200, lines: 20_000 }

    async function measure(runner: CellRunner): Promise<Sample<'start' | 'roundTrip' | 'lines'>> {
      const start = await measureStart(runner)
      const roundTrip = await measureRoundTrip(runner, sizes.cells)
      const lines = await measureLines(runner, sizes.lines, false)
      if (lines.lost !== 0) throw new Error('Output was lost.')
      return { start, roundTrip, lines: lines.times }
    }

    const running = opened.move()
    return {
      async ours() {
        const figures = await measure(ours)
        const memory = await ours.readMemory()
        await ours.stop()
        return { ...figures, ...memory }
      },
      peers: {
        async '@jupyterlab/services'() {
          const figures = await measure(peer)
          await peer.stop()
          return figures
        },
      },
      [Symbol.asyncDispose]: () => running.disposeAsync(),
    }
  },
})
