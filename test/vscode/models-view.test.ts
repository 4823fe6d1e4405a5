import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { bundle } from '../../scripts/bundle.ts'
import type { RunId } from '../../src/protocol/ids.ts'
import { tagNames } from '../../src/protocol/tag-names.ts'
import { reluModel } from '../../src/onnx/test-session-models.ts'
import { openWorkbench, type Workbench } from './workbench.ts'
import { openTestWorkspace, type TestWorkspace } from './workspace.ts'

const model = {
  'model/MLmodel': 'flavors:\n  onnx:\n    data: model.onnx\n',
  'model/model.onnx': reluModel(),
}

describe('registered models in the side bar', { timeout: 300_000 }, () => {
  const resources = new AsyncDisposableStack()
  let workspace: TestWorkspace
  let vscode: Workbench
  let runId: RunId

  before(async () => {
    await bundle({ production: false })
    workspace = resources.use(await openTestWorkspace())
    runId = await workspace.logRun('digits', { name: 'trained', artifacts: model })
    vscode = resources.use(await openWorkbench({ workspace: workspace.folder, size: { width: 1280, height: 1600 } }))
    await vscode.showRunwright()
    await vscode.row('Experiment digits, 1 run').waitFor()
    await vscode.runCommand('Runwright: Focus on Models View')
  })
  after(() => resources.disposeAsync())

  const register = (tags: { key: string; value: string }[] = []) =>
    workspace.client.call('models/register', { runId, name: 'digits', tags })
  const version = (number: number) => vscode.row(`Version ${number}`)
  const input = () => vscode.page.locator('.quick-input-widget')

  it('says where they come from while there are none, and shows one as it is registered by others', async () => {
    await vscode.page.getByText(/^No registered models yet\./).waitFor()
    await register()
    await vscode.expand(vscode.row('Registered model digits, latest version 1'))
    await register([{ key: tagNames.compressionTest, value: 'failed: speedup 0.9x' }])
    await vscode.row('Version 2, trained, test failed').waitFor()
    await vscode.seeRows('Version', ['2', '1'])
  })

  it('sets an alias, which shows on the version and on the model, and moves it', async () => {
    const setAlias = async (number: number, alias: string) => {
      await vscode.chooseFromMenu(version(number), 'Set Alias…')
      await input().getByText(`Set Alias on digits Version ${number}`).waitFor()
      await vscode.answer(alias)
    }
    await setAlias(1, 'champion')
    await vscode.row('Version 1, @champion, trained').waitFor()
    await setAlias(2, 'champion')
    await vscode.row('Version 2, @champion, trained, test failed').waitFor()
    await vscode.row('Registered model digits, latest version 2, @champion 2').waitFor()
    await setAlias(2, 'latest')
    await vscode.notification(/reserved/).waitFor()
  })

  it('is as a run’s model is: tested, traced, found again, and named for programs', async () => {
    await vscode.chooseFromMenu(version(1), 'Copy Model URI')
    await vscode.seeClipboard('models:/digits/1')
    await vscode.chooseFromMenu(version(1), 'Test Model…')
    await input().getByText('Test model.onnx').waitFor()
    await vscode.page.keyboard.press('Escape')
    await input().waitFor({ state: 'hidden' })
    await vscode.runCommand('Runwright: Test Model…')
    await input().getByText('digits version 1').waitFor()
    await vscode.page.keyboard.press('Escape')
    await input().waitFor({ state: 'hidden' })
    await vscode.chooseFromMenu(version(1), 'Show Lineage of Model')
    await vscode.webview().getByRole('heading', { level: 1, name: 'Lineage of digits version 1' }).waitFor()
    await vscode.chooseFromMenu(version(1), 'Open Source Run')
    await vscode.row('Run trained').and(vscode.page.locator('[aria-selected="true"]')).waitFor()
  })

  it('deletes a version, and the model, once that is confirmed', async () => {
    const confirm = async (question: string, answer: string) => {
      const dialog = vscode.page.locator('.monaco-dialog-box').filter({ hasText: question })
      await dialog.getByRole('button', { name: answer, exact: true }).click()
      await dialog.waitFor({ state: 'hidden' })
    }
    await vscode.chooseFromMenu(version(2), 'Delete Model Version…')
    await confirm('Delete version 2 of “digits”?', 'Cancel')
    const { versions } = await workspace.client.call('models/get', { name: 'digits' })
    assert.deepEqual(
      versions.map((each) => each.version),
      [2, 1],
    )
    await vscode.chooseFromMenu(version(2), 'Delete Model Version…')
    await confirm('Delete version 2 of “digits”?', 'Delete')
    await vscode.seeRows('Version', ['1'])
    await vscode.chooseFromMenu(vscode.row('Registered model digits'), 'Delete Registered Model…')
    await confirm('Delete “digits” with all of its versions?', 'Delete')
    await vscode.page.getByText(/^No registered models yet\./).waitFor()
  })
})
