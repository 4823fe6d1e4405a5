import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { bundle } from '../../scripts/bundle.ts'
import { openWorkbench, type Workbench } from './workbench.ts'
import { openTestWorkspace } from './workspace.ts'

const experiment = 'التجربة \u2068digits\u2069, عملية تشغيل واحدة'

async function seeComparison(vscode: Workbench): Promise<void> {
  const view = vscode.webview()
  await view.getByRole('tab', { name: 'الفروق' }).waitFor()
  assert.equal(await view.locator('html').getAttribute('dir'), 'rtl')
  assert.equal(await view.locator('html').getAttribute('lang'), 'ar')
}

describe('in Arabic', () => {
  before(() => bundle({ production: false }))

  it('an editor with a language pack shows our menus, views and texts', async () => {
    await using workspace = await openTestWorkspace()
    await workspace.logRun('digits', { name: 'first' })
    await using vscode = await openWorkbench({ workspace: workspace.folder, language: 'ar' })
    await vscode.showRunwright()
    await vscode.row(experiment).waitFor()
    await vscode.page.locator('.part.sidebar').getByText('التجارب').first().waitFor()
    await vscode.runCommand('Runwright: فتح جدول عمليات التشغيل')
    await seeComparison(vscode)
  })

  it('an editor in English shows our views and texts in the language of the setting', async () => {
    await using workspace = await openTestWorkspace()
    await workspace.logRun('digits', { name: 'first' })
    const settings = { 'runwright.language': 'ar' }
    await using vscode = await openWorkbench({ workspace: workspace.folder, settings })
    await vscode.showRunwright()
    await vscode.row(experiment).waitFor()
    await vscode.runCommand('Runwright: Open Run Table')
    await seeComparison(vscode)
  })
})
