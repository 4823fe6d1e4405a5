import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { defineBenchmark } from '../benchmark.ts'
import { median } from '../median.ts'
import { openNotebookWindow } from '../notebooks/notebook-window.ts'
import { installPeerPython, peerVersions } from '../notebooks/peer-python.ts'
import { settle } from '../vscode/settle.ts'

const quietTypingMs = 4000

export default defineBenchmark({
  name: 'notebook-window',
  summary: 'A notebook in VS Code with a Python kernel: cells from the key that runs them to what is on screen',
  measures: {
    trivial: { label: 'a trivial cell, until its result is shown', unit: 'ms' },
    more: { label: 'that is more than at the kernel', unit: 'ms', target: { atMost: 100 } },
    lines: { label: '100,000 printed lines, by the kernel’s own time', unit: '×', target: { atMost: 2 } },
    typing: { label: 'a key typed meanwhile, until it is shown', unit: 'ms', target: { atMost: 50 } },
    slowest: { label: 'the slowest of those keys', unit: 'ms' },
    quiet: { label: 'a key typed while nothing runs', unit: 'ms' },
  },
  describePeers: () => `the kernel itself, ipykernel ${peerVersions.ipykernel}`,
  async open({ isQuick, folder }) {
    await using opened = new AsyncDisposableStack()
    const environment = await installPeerPython(folder)
    const workspace = join(folder, 'workspace')
    await mkdir(workspace)
    const sizes = isQuick ? { cells: 3, lines: 50_000 } : { cells: 30, lines: 100_000 }
    const window = opened.use(await openNotebookWindow(workspace, environment, sizes.lines))
    await settle()
    const running = opened.move()
    return {
      async ours() {
        const [shown, atKernel]: [number[], number[]] = [[], []]
        for (let cell = 0; cell < sizes.cells; cell++) {
          shown.push(await window.runTrivial())
          atKernel.push(await window.runTrivialAtKernel())
        }
        const { shownMs, ownMs } = await window.printLines()
        const keys: number[] = []
        await window.printLines(async (ended) => keys.push(...(await window.typeDuring(ended))))
        const quiet = await window.typeDuring(delay(quietTypingMs))
        return {
          trivial: median(shown),
          more: median(shown) - median(atKernel),
          lines: shownMs / ownMs,
          typing: median(keys),
          slowest: Math.max(...keys),
          quiet: median(quiet),
        }
      },
      [Symbol.asyncDispose]: () => running.disposeAsync(),
    }
  },
})
