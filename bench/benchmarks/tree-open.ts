import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { openWorkbench } from '../../test/vscode/workbench.ts'
import { defineBenchmark } from '../benchmark.ts'
import { fillOurServer } from '../runs/fill-both-servers.ts'
import { describeFinishedRun } from '../runs/finished-run.ts'
import { openOurServer } from '../servers/our-server.ts'
import { settle } from '../vscode/settle.ts'

const experiment = 'sweep'

export default defineBenchmark({
  name: 'tree-open',
  summary: 'From the click on an experiment of 10,000 runs to its first rows on screen, in a VS Code just opened',
  measures: {
    open: { label: 'opening an experiment', unit: 'ms', target: { atMost: 200 } },
  },
  async open({ isQuick, folder }) {
    await using opened = new AsyncDisposableStack()
    const workspace = join(folder, 'workspace')
    await mkdir(workspace)
    const server = opened.use(await openOurServer(workspace))
    const runCount = isQuick ? 300 : 10_000
    await fillOurServer(server, experiment, runCount)
    const newestRun = describeFinishedRun(runCount - 1).name
    const running = opened.move()
    return {
      ours: async () => ({ open: await timeOpening(workspace, newestRun) }),
      [Symbol.asyncDispose]: () => running.disposeAsync(),
    }
  },
})

/** In a window of its own each time, so that nothing of the experiment is there yet. */
async function timeOpening(workspace: string, newestRun: string): Promise<number> {
  await using vscode = await openWorkbench({ workspace })
  await vscode.showRunwright()
  const twistie = vscode.row(`Experiment ${experiment}`).locator('.monaco-tl-twistie')
  await twistie.waitFor()
  await settle()
  // A locator's own click first waits for two frames, which no user does.
  const box = await twistie.boundingBox()
  if (box === null) throw new Error(`${experiment} is not on screen.`)
  const { mouse } = vscode.page
  return await vscode.timeUntilShown(newestRun, () => mouse.click(box.x + box.width / 2, box.y + box.height / 2))
}
