import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { bundle } from '../../scripts/bundle.ts'
import type { RunId } from '../../src/protocol/ids.ts'
import { openWorkbench, type Workbench } from './workbench.ts'
import { openTestWorkspace, type TestWorkspace } from './workspace.ts'

/** What tells a folder of artifacts from a model. */
const model = 'flavors:\n  python_function:\n    loader_module: mlflow.sklearn\n'

describe('registering the model of a run', { timeout: 300_000 }, () => {
  const resources = new AsyncDisposableStack()
  let workspace: TestWorkspace
  let vscode: Workbench
  let single: RunId

  before(async () => {
    await bundle({ production: false })
    workspace = resources.use(await openTestWorkspace())
    const { logRun } = workspace
    single = await logRun('digits', { name: 'single', artifacts: { 'model/MLmodel': model } })
    await logRun('digits', {
      name: 'double',
      artifacts: { 'encoder/MLmodel': model, 'decoder/MLmodel': model },
    })
    await logRun('digits', { name: 'without', artifacts: { 'notes.md': '# None\n' } })
    vscode = resources.use(await openWorkbench({ workspace: workspace.folder }))
    await vscode.showRunwright()
    await vscode.expand(vscode.row('Experiment digits, 3 runs'))
  })
  after(() => resources.disposeAsync())

  const input = () => vscode.page.locator('.quick-input-widget')
  const choose = (run: string) => vscode.chooseFromMenu(vscode.row(`Run ${run}`), 'Register Model…')
  const seeBox = (placeholder: string) => input().locator(`input[placeholder="${placeholder}"]`).waitFor()
  const seePrompt = () =>
    input()
      .locator('.quick-input-message')
      .getByText(/Alias to set on the new version/)
      .waitFor()

  async function findModel(name: string) {
    const { models } = await workspace.client.call('models/list', {})
    return models.find((found) => found.name === name)
  }

  it('asks for a name and an alias, and says what became of them', async () => {
    await choose('single')
    await seeBox('Name of the registered model')
    await vscode.answer('digits-forest')
    await seePrompt()
    await input().getByRole('textbox').fill('v1')
    await input().locator('.quick-input-message').getByText(/alias/i).waitFor()
    await vscode.answer('champion')
    await vscode.notification('Registered as “digits-forest”, version 1.').waitFor()
    const registered = await findModel('digits-forest')
    assert.deepEqual(registered?.aliases, [{ alias: 'champion', version: 1 }])
    const { versions } = await workspace.client.call('models/get', { name: 'digits-forest' })
    assert.deepEqual([versions[0]?.runId, versions[0]?.source], [single, `runs:/${single}/model`])
  })

  it('offers the names there are, and which model of several, and takes no alias', async () => {
    await choose('double')
    await seeBox('Model of the run')
    await vscode.pick('decoder')
    await seeBox('Name of the registered model')
    await vscode.pick('digits-forest')
    await seePrompt()
    await vscode.answer('')
    await vscode.notification('Registered as “digits-forest”, version 2.').waitFor()
    const registered = await findModel('digits-forest')
    assert.deepEqual(registered?.aliases, [{ alias: 'champion', version: 1 }])
  })

  it('leaves everything as it was when a box is left', async () => {
    await choose('single')
    await seeBox('Name of the registered model')
    await vscode.answer('given-up')
    await seePrompt()
    await vscode.page.keyboard.press('Escape')
    await input().waitFor({ state: 'hidden' })
    assert.equal(await findModel('given-up'), undefined)
  })

  it('says when a name cannot be one, and when a run has no model', async () => {
    await choose('single')
    await seeBox('Name of the registered model')
    await vscode.answer('a/b')
    await vscode.notification(/model name/i).waitFor()
    await choose('without')
    await vscode.notification('This run has logged no model.').waitFor()
  })
})
