import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { bundle } from '../../scripts/bundle.ts'
import { openMlflowServer, type RunningServer } from '../servers/mlflow-server.ts'
import { findTestPython } from '../servers/test-python.ts'
import { openWorkbench, type Workbench } from './workbench.ts'
import { openTestWorkspace, type TestWorkspace } from './workspace.ts'

describe('a workspace of two folders and an MLflow server', () => {
  const resources = new AsyncDisposableStack()
  let images: TestWorkspace
  let texts: TestWorkspace
  let server: RunningServer
  let vscode: Workbench

  before(async () => {
    await bundle({ production: false })
    const folder = await mkdtemp(join(tmpdir(), 'runwright-places-'))
    resources.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
    const [imagesFolder, textsFolder] = [join(folder, 'images'), join(folder, 'texts')]
    await Promise.all([imagesFolder, textsFolder].map((path) => mkdir(path)))
    images = resources.use(await openTestWorkspace(imagesFolder))
    texts = resources.use(await openTestWorkspace(textsFolder))
    await images.logRun('digits', { name: 'net', metrics: { accuracy: [0.97] } })
    await texts.logRun('reviews', { name: 'bayes', metrics: { accuracy: [0.81] } })

    server = resources.use(await openMlflowServer({ python: findTestPython(process.env), folder }))
    await startRemoteRun('forest')

    const workspaceFile = join(folder, 'both.code-workspace')
    await writeFile(workspaceFile, JSON.stringify({ folders: [{ path: 'images' }, { path: 'texts' }] }))
    const settings = { 'runwright.servers': [server.url] }
    vscode = resources.use(await openWorkbench({ workspace: workspaceFile, settings }))
    await vscode.showRunwright()
  })
  after(() => resources.disposeAsync())

  /** In the server's experiment `Default`. */
  const startRemoteRun = (run_name: string) =>
    server.post('runs/create', { experiment_id: '0', run_name, start_time: Date.now() })
  const serverRow = () => vscode.row(`MLflow server ${new URL(server.url).host}`)

  it('shows the runs of each folder below it, from an engine of its own', async () => {
    await vscode.row('Folder images').waitFor()
    await vscode.row('Folder texts').waitFor()
    await vscode.expand(vscode.row('Experiment digits'))
    await vscode.expand(vscode.row('Experiment reviews'))
    await vscode.row('Run net, finished, accuracy 0.97').waitFor()
    await vscode.row('Run bayes, finished, accuracy 0.81').waitFor()
    await texts.logRun('reviews', { name: 'transformer', status: 'RUNNING' })
    await vscode.seeRows('Run', ['net', 'transformer', 'bayes'])
    const engines = await Promise.all([images, texts].map(({ client }) => client.call('engine/status', {})))
    assert.notEqual(engines[0]?.pid, engines[1]?.pid)
  })

  it('shows the runs of a server of the settings in the same tree, and those that come', async () => {
    await serverRow().waitFor()
    await vscode.expand(vscode.row('Experiment Default'))
    await vscode.row('Run forest, running').waitFor()
    await startRemoteRun('larger forest')
    await vscode.row('Run larger forest, running').waitFor()
  })

  it('offers no actions on a server’s runs that only an engine can do', async () => {
    const { page } = vscode
    const listEntries = async (run: string) => {
      await vscode.row(`Run ${run}`).click({ button: 'right' })
      await page.getByRole('menuitem', { name: 'Copy Run ID' }).waitFor()
      const entries = await page.getByRole('menuitem').allInnerTexts()
      await page.keyboard.press('Escape')
      return entries.map((entry) => entry.trim())
    }
    const engineOnly = ['Register Model…', 'Show Lineage', 'Re-run', 'Re-run with Changes…']
    const ofFolder = await listEntries('net')
    assert.deepEqual(
      engineOnly.filter((entry) => !ofFolder.includes(entry)),
      [],
    )
    const ofServer = await listEntries('forest')
    assert.ok(ofServer.includes('Set Tag…'))
    assert.deepEqual(
      engineOnly.filter((entry) => ofServer.includes(entry)),
      [],
    )
  })

  it('closes a server, and opens one by its address', async () => {
    const { row, runCommand, answer, page } = vscode
    await runCommand('Runwright: Close MLflow Server…')
    await serverRow().waitFor({ state: 'detached' })
    await vscode.seeCommands('not offered', ['Runwright: Close MLflow Server…'])

    await runCommand('Runwright: Open MLflow Server…')
    await answer('mlflow.example.com')
    await page
      .locator('.quick-input-message')
      .getByText(/An http or https address/)
      .waitFor()
    await answer(server.url)
    await vscode.pick('No credentials')
    await serverRow().waitFor()
    await row('Experiment Default, 2 runs, 2 running').waitFor()
  })

  it('says when a server does not answer', async () => {
    await vscode.runCommand('Runwright: Open MLflow Server…')
    await vscode.answer('http://127.0.0.1:9')
    await vscode.pick('No credentials')
    await vscode.row('MLflow server 127.0.0.1:9 not reachable').waitFor()
  })
})
