import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, describe, it } from 'node:test'
import { bundle } from '../../scripts/bundle.ts'
import { startTrackedCommand } from './tracked-command.ts'
import { openWorkbench } from './workbench.ts'
import { openTestWorkspace } from './workspace.ts'

/** A folder that goes with the stack, and the engine in it once the window that would start another is closed. */
async function newFolder(resources: AsyncDisposableStack): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'runwright-first-'))
  resources.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
  resources.defer(async () => (await openTestWorkspace(folder))[Symbol.asyncDispose]())
  return folder
}

describe('the first steps', () => {
  before(() => bundle({ production: false }))

  it('an empty folder says how to begin, and shows the first run by itself', async () => {
    await using resources = new AsyncDisposableStack()
    const folder = await newFolder(resources)
    const vscode = resources.use(await openWorkbench({ workspace: folder }))
    await vscode.showRunwright()
    const welcome = vscode.page.locator('.welcome-view-content')
    await welcome.getByText(/^No runs yet\./).waitFor()
    const button = (name: string) => welcome.getByRole('button', { name })
    await button('Run Active File…').waitFor()
    await button('Open MLflow Server…').waitFor()
    await button('Copy Command').click()
    await vscode.seeClipboard('runwright run -- python train.py')
    assert.ok(!existsSync(join(folder, '.runwright')))

    await button('Copy Tracking Environment').click()
    const { client } = resources.use(await openTestWorkspace(folder))
    const { uri, token = '' } = await client.tracking()
    await vscode.seeClipboard(`export MLFLOW_TRACKING_URI='${uri}'\nexport MLFLOW_TRACKING_TOKEN='${token}'\n`)

    await using command = startTrackedCommand(folder, 'digits', 'first')
    await vscode.expand(vscode.row('Experiment digits, 1 run, 1 running'))
    await vscode.row('Run first, running').waitFor()
    const status = vscode.page.locator('.statusbar')
    await status.getByText('1 running').waitFor()
    command.finish()
    await vscode.row('Run first, finished').waitFor()
    await status.getByText('Runwright', { exact: true }).waitFor()
  })

  it('a workspace that is not trusted starts no engine and shows nothing, until it is trusted', async () => {
    await using resources = new AsyncDisposableStack()
    const folder = await newFolder(resources)
    {
      await using workspace = await openTestWorkspace(folder)
      await workspace.logRun('digits', { name: 'earlier' })
    }
    // Each start of an engine writes it anew.
    const readEngineFile = () => readFile(join(folder, '.runwright/engine.json'), 'utf8')
    const left = await readEngineFile()

    const settings = { 'security.workspace.trust.startupPrompt': 'never' }
    const vscode = resources.use(await openWorkbench({ workspace: folder, settings, asksForTrust: true }))
    await vscode.showRunwright()
    const welcome = vscode.page.locator('.welcome-view-content')
    await welcome.getByText(/^This workspace is not trusted/).waitFor()
    assert.equal(await readEngineFile(), left)

    await welcome.getByRole('button', { name: 'Manage Workspace Trust' }).click()
    await vscode.page.locator('.workspace-trust-editor').getByRole('button', { name: 'Trust', exact: true }).click()
    const experiment = vscode.row('Experiment digits, 1 run')
    await experiment.waitFor()
    await vscode.page
      .locator('.monaco-modal-editor-block')
      .getByRole('button', { name: /^Close/ })
      .first()
      .click()
    await vscode.expand(experiment)
    await vscode.row('Run earlier, finished').waitFor()
  })
})
