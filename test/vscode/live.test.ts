import assert from 'node:assert/strict'
import { readFile, watch, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { bundle } from '../../scripts/bundle.ts'
import type { Client } from '../../src/protocol/client.ts'
import type { RunId } from '../../src/protocol/ids.ts'
import { parseEngineFile } from '../../src/protocol/hello.ts'
import { findDescendant, findStartedProcesses } from './processes.ts'
import { startTrackedCommand } from './tracked-command.ts'
import { openWorkbench, type Workbench } from './workbench.ts'
import { openTestWorkspace, type TestWorkspace } from './workspace.ts'

/** What a user takes for at once; the median of several may not be above. */
const liveMs = 300

describe('a window on runs in progress', () => {
  const resources = new AsyncDisposableStack()
  let workspace: TestWorkspace
  let vscode: Workbench
  let running: RunId

  before(async () => {
    await bundle({ production: false })
    workspace = resources.use(await openTestWorkspace())
    running = await workspace.logRun('live', { name: 'plain', metrics: { accuracy: [0.1] }, status: 'RUNNING' })
    vscode = resources.use(await openWorkbench({ workspace: workspace.folder }))
    await vscode.showRunwright()
    await vscode.expand(vscode.row('Experiment live'))
    await vscode.row('Run plain, running, accuracy 0.1').waitFor()
  })
  after(() => resources.disposeAsync())

  const logMetric = (run_id: RunId, value: number, step = 1) =>
    workspace.mlflow('runs/log-metric', { run_id, key: 'accuracy', value, step, timestamp: Date.now() })

  const findRun = async (name: string): Promise<RunId> => {
    const { experiment } = await workspace.client.call('experiments/ensure', { name: 'live' })
    const filter = `attributes.run_name = '${name}'`
    const { runs } = await workspace.client.call('runs/list', { experimentIds: [experiment.experimentId], filter })
    return runs[0]?.runId ?? assert.fail(`No run is called ${name}.`)
  }

  it('shows at once what any MLflow client logs, and starts no process for it', async (t) => {
    const { pid: engine } = await workspace.client.call('engine/status', {})
    const extensionHost = await findDescendant(vscode.serverPid, '--type=extensionHost')
    const trace = () => Promise.all([engine, extensionHost].map(findStartedProcesses))
    const before = await trace()

    const times: number[] = []
    for (let step = 1; step <= 9; step++) {
      const value = (200 + step) / 1000
      times.push(await vscode.timeUntilShown(String(value), () => logMetric(running, value, step)))
    }

    assert.deepEqual(await trace(), before)
    const median = times.toSorted((a, b) => a - b)[4] ?? NaN
    t.diagnostic(`median ${median} ms of ${times.join(', ')}`)
    assert.ok(median <= liveMs, `${median} ms, the median of ${times.join(', ')}`)
  })

  it('stops a run that “runwright run” started, by the button of its row or from the palette', async () => {
    const { row } = vscode
    await using one = startTrackedCommand(workspace.folder, 'live', 'one')
    await row('Run one, running').waitFor()
    await seeQuiet(workspace.client)
    await vscode.pressAction(row('Run one, running'), 'Stop Run')
    await row('Run one, killed').waitFor()
    assert.equal(await one.exitCode, 143)

    await using two = startTrackedCommand(workspace.folder, 'live', 'two')
    await row('Run two, running').click()
    await vscode.runCommand('Runwright: Stop Run')
    await row('Run two, killed').waitFor()
    assert.equal(await two.exitCode, 143)
    await vscode.seeCommands('not offered', ['Runwright: Stop Run'])
  })

  it('runs the active file as a task, and shows its run', async () => {
    await writeFile(join(workspace.folder, 'train.mjs'), 'console.log(`trained with ${process.argv[2]}`)\n')
    await vscode.openFile('train.mjs')
    await vscode.runCommand('Runwright: Run Active File…')
    await vscode.answer('node train.mjs --fast')
    await vscode.expand(vscode.row('Experiment Default, 1 run'))
    const finished = vscode.page.getByRole('treeitem', { name: /^Run .*, finished, started just now/ })
    await vscode.chooseFromMenu(finished, 'Open Log')
    await vscode.page.locator('.view-lines').getByText('trained with --fast').waitFor()
    await vscode.collapse(vscode.row('Experiment Default'))
  })

  it('goes on after a reload in mid-run: the run runs, shows what it logs, and ends as it ends', async () => {
    const { row } = vscode
    await using command = startTrackedCommand(workspace.folder, 'live', 'long')
    await row('Run long, running').waitFor()
    await vscode.reload()
    await vscode.showRunwright()
    await vscode.expand(row('Experiment live'))
    await row('Run long, running').waitFor()

    await logMetric(await findRun('long'), 0.75)
    await row('Run long, running, accuracy 0.75').waitFor()
    command.finish()
    await row('Run long, finished, accuracy 0.75').waitFor()
    assert.equal(await command.exitCode, 0)
  })

  it('recovers by itself from a kill of the engine, and shows what is logged afterwards', async () => {
    const { pid } = await workspace.client.call('engine/status', {})
    const isBack = waitForEngine(workspace.folder, pid)
    process.kill(pid, 'SIGKILL')
    // Nobody but the window asks for an engine in the meantime.
    await isBack
    await logMetric(running, 0.9, 100)
    await vscode.row('Run plain, running, accuracy 0.9').waitFor()
    await workspace.logRun('live', { name: 'afterwards' })
    await vscode.row('Run afterwards, finished').waitFor()
  })
})

/** Waits until another engine than the one of this pid has said where it is. */
async function waitForEngine(folder: string, previousPid: number): Promise<void> {
  const dataFolder = join(folder, '.runwright')
  for await (const { filename } of watch(dataFolder, { signal: AbortSignal.timeout(20_000) })) {
    if (filename !== 'engine.json') continue
    const text = await readFile(join(dataFolder, 'engine.json'), 'utf8').catch(() => '{}')
    const pid = parseEngineFile(text)?.pid
    if (pid !== undefined && pid !== previousPid) return
  }
}

/**
 * Waits until the engine has told nothing for half a second. VS Code draws a row anew for what it tells, and a press of
 * a button that is just being replaced does nothing.
 */
async function seeQuiet(client: Client): Promise<void> {
  const quiet = new AbortController()
  const wait = () => setTimeout(() => quiet.abort(), 500)
  let timer = wait()
  for await (const _ of client.events(quiet.signal)) {
    clearTimeout(timer)
    timer = wait()
  }
}
