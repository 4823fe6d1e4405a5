import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { defineBenchmark, type Sample } from '../benchmark.ts'
import type { CellRunner } from '../notebooks/cell-runner.ts'
import { openJournalCost } from '../notebooks/journal-cost.ts'
import { openJupyterClient } from '../notebooks/jupyter-client.ts'
import { measureLines, measureRoundTrip, measureStart, measureTracking } from '../notebooks/measure-cells.ts'
import { openOurKernels } from '../notebooks/our-kernels.ts'
import { installPeerPython, peerVersions } from '../notebooks/peer-python.ts'

type Compared = 'start' | 'roundTrip' | 'lines' | 'flushed'

export default defineBenchmark({
  name: 'notebooks',
  summary: 'A kernel of this machine through engine, keeper and journal, against jupyter_client alone',
  measures: {
    roundTrip: { label: 'a trivial cell, from asking to its end', unit: 'ms', target: { timesPeer: 2 } },
    bare: { label: 'of that, kernel and sockets alone', unit: 'ms' },
    start: { label: 'from starting a kernel to its first answer', unit: 'ms', target: { timesPeer: 1 } },
    lines: { label: '100,000 printed lines, by the kernel’s own time', unit: '×', target: { atMost: 2 } },
    flushed: { label: '20,000 lines flushed one by one, by its own time', unit: '×' },
    journal: { label: 'the latter with the journal, by without', unit: '×', target: { atMost: 1.1 } },
    tracked: { label: 'what %%track adds to a cell', unit: 'ms', target: { atMost: 50 } },
    engine: { label: 'memory of the engine after that', unit: 'MB' },
    keeper: { label: 'memory of what keeps the kernel', unit: 'MB' },
  },
  describePeers: () => `jupyter_client ${peerVersions.jupyter_client}, with ipykernel ${peerVersions.ipykernel}`,
  async open({ isQuick, folder }) {
    await using opened = new AsyncDisposableStack()
    const environment = await installPeerPython(folder)
    const own = join(folder, 'workspace')
    await mkdir(own)
    const ours = opened.use(await openOurKernels(own, environment))
    const journal = await openJournalCost(folder)
    const peer = opened.use(openJupyterClient(environment))
    const sizes = isQuick ? { cells: 5, lines: 2000, flushed: 500 } : { cells: 200, lines: 100_000, flushed: 20_000 }

    const peerLost: number[] = []

    async function measure(runner: CellRunner): Promise<Sample<Compared>> {
      const start = await measureStart(runner)
      const roundTrip = await measureRoundTrip(runner, sizes.cells)
      const lines = await measureLines(runner, sizes.lines, false)
      const flushed = await measureLines(runner, sizes.flushed, true)
      if (runner === peer) peerLost.push(flushed.lost)
      else if (lines.lost + flushed.lost !== 0) throw new Error('Output was lost.')
      return { start, roundTrip, lines: lines.times, flushed: flushed.times }
    }

    const running = opened.move()
    return {
      async ours() {
        const figures = await measure(ours)
        const tracked = await measureTracking(ours, sizes.cells)
        const memory = await ours.readMemory()
        await ours.stop()
        return { ...figures, tracked, ...memory, ...(await journal({ cells: sizes.cells, lines: sizes.flushed })) }
      },
      peers: {
        async jupyter_client() {
          const figures = await measure(peer)
          await peer.stop()
          return figures
        },
      },
      describe() {
        const most = Math.max(...peerLost) * 100
        return `Of what was flushed, jupyter_client lost some in ${peerLost.filter((each) => each > 0).length} of ${peerLost.length} cells, up to ${most.toFixed(1)} %; ours none.`
      },
      [Symbol.asyncDispose]: () => running.disposeAsync(),
    }
  },
})
