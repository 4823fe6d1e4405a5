import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Frame } from 'playwright-core'
import { bundle } from '../../scripts/bundle.ts'
import { findViolations, wcagRules } from '../webviews/find-violations.ts'
import { openWorkbench, type Workbench } from './workbench.ts'
import { openTestWorkspace, type TestWorkspace } from './workspace.ts'

const themes = ['Light Modern', 'Dark Modern', 'Default High Contrast', 'Default High Contrast Light']

/** What of the page is asked for where it runs; the tests are compiled without the browser's types. */
declare const document: {
  readonly documentElement: { readonly style: { background: string } }
}

/** The ground that the editor's part of the window has: a webview's own is none, which axe takes for white. */
const paintGround = () => void (document.documentElement.style.background = 'var(--vscode-editor-background)')

describe('the comparison in VS Code’s own colours', { timeout: 300_000 }, () => {
  const resources = new AsyncDisposableStack()
  let workspace: TestWorkspace
  let vscode: Workbench

  before(async () => {
    await bundle({ production: false })
    workspace = resources.use(await openTestWorkspace())
    for (const [name, lr] of Object.entries({ low: 0.1, high: 0.2 })) {
      const spec = { params: { lr }, metrics: { accuracy: [0.5, lr] }, artifacts: { 'notes.txt': `${name}\n` } }
      await workspace.logRun('digits', { name, ...spec })
    }
    vscode = resources.use(await openWorkbench({ workspace: workspace.folder }))
    await vscode.showRunwright()
    await vscode.pressAction(vscode.row('Experiment digits, 2 runs'), 'Open Run Table')
    const table = vscode.webview().getByRole('grid')
    await table.getByRole('row').filter({ hasText: 'high' }).waitFor()
    await table.press('Control+a')
    await vscode.webview().getByText('2 chosen').waitFor()
  })
  after(() => resources.disposeAsync())

  /** The frame in which the page of the comparison is. */
  async function frame(): Promise<Frame> {
    const body = await vscode.webview().locator('body').elementHandle()
    const found = await body?.ownerFrame()
    assert.ok(found)
    return found
  }

  async function showTheme(theme: string): Promise<void> {
    await mkdir(join(workspace.folder, '.vscode'), { recursive: true })
    const settings = JSON.stringify({ 'workbench.colorTheme': theme })
    await writeFile(join(workspace.folder, '.vscode/settings.json'), settings)
    await (await frame()).locator(`body[data-vscode-theme-id="${theme}"]`).waitFor()
  }

  const shown = {
    Runs: () => vscode.webview().getByRole('row').filter({ hasText: 'high' }),
    Charts: () =>
      vscode
        .webview()
        .getByRole('figure')
        .getByText(/of 2 runs: best/),
    Differences: () => vscode.webview().getByRole('row').filter({ hasText: 'accuracy' }),
    Artifacts: () => vscode.webview().getByRole('heading', { name: 'notes.txt' }),
  }

  it('has no fault that axe knows in any of its tabs, in four themes', async () => {
    for (const theme of themes) {
      await showTheme(theme)
      const page = await frame()
      await page.evaluate(paintGround)
      for (const [name, content] of Object.entries(shown)) {
        await vscode.webview().getByRole('tab', { name, exact: true }).click()
        await content().first().waitFor({ state: 'attached' })
        assert.deepEqual(await findViolations(page, 'body', wcagRules), [], `${name} in ${theme}`)
      }
    }
  })
})
