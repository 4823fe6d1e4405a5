import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { bundle } from '../../scripts/bundle.ts'
import type { RunId } from '../../src/protocol/ids.ts'
import { parseSavedView } from '../../src/protocol/saved-view.ts'
import { artifactPaths, tagNames } from '../../src/protocol/tag-names.ts'
import { openWorkbench, type Workbench } from './workbench.ts'
import { openTestWorkspace, type TestWorkspace } from './workspace.ts'

describe('a comparison', { timeout: 300_000 }, () => {
  const resources = new AsyncDisposableStack()
  let workspace: TestWorkspace
  let vscode: Workbench
  let low: RunId
  let high: RunId

  before(async () => {
    await bundle({ production: false })
    workspace = resources.use(await openTestWorkspace())
    const { logRun } = workspace
    low = await logRun('digits', { name: 'low', params: { lr: 0.1 }, metrics: { accuracy: [0.4, 0.5] } })
    high = await logRun('digits', {
      name: 'high',
      params: { lr: 0.2 },
      metrics: { accuracy: [0.5, 0.75] },
      artifacts: { [artifactPaths.patch]: patch, 'report.md': '# Report\n' },
    })
    await logRun('digits', { name: 'other', params: { lr: 0.3 } })
    await setCommit(low, 'print(1)\n')
    await setCommit(high, 'print(2)\n')
    vscode = resources.use(await openWorkbench({ workspace: workspace.folder }))
    await vscode.showRunwright()
    await vscode.expand(vscode.row('Experiment digits, 3 runs'))
  })
  after(() => resources.disposeAsync())

  /** Commits a file and says of a run that it ran that. */
  async function setCommit(runId: RunId, content: string): Promise<void> {
    const git = async (...args: string[]) => {
      const options = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org']
      return (await promisify(execFile)('git', [...options, ...args], { cwd: workspace.folder })).stdout.trim()
    }
    await git('init', '--quiet')
    await writeFile(join(workspace.folder, 'train.py'), content)
    await git('add', 'train.py')
    await git('commit', '--quiet', '--message', 'Change')
    const value = await git('rev-parse', 'HEAD')
    await workspace.client.call('runs/set-tag', { runId, key: tagNames.gitCommit, value })
  }

  /** The page of the comparison that is in sight. */
  const view = () => vscode.webview()
  const tab = (name: string) => view().getByRole('tab', { name })
  const differences = () => view().getByRole('table', { name: 'Differences between 2 runs' })
  const accuracy = () => view().getByRole('row').filter({ hasText: 'accuracy' })

  async function watchErrors(): Promise<void> {
    await view().locator('body').evaluate(collectErrors)
  }
  async function seeNoErrors(): Promise<void> {
    assert.deepEqual(await view().locator('body').evaluate('globalThis.seenErrors'), [])
  }

  it('shows where the runs chosen in the tree differ', async () => {
    await vscode.choose(vscode.row('Run low'))
    await vscode.choose(vscode.row('Run high'))
    // The palette lists what can be done when it opens.
    await vscode.page.locator('.part.sidebar').getByRole('button', { name: 'Compare Runs' }).waitFor()
    await vscode.runCommand('Runwright: Compare Runs')
    await vscode.page.getByRole('tab', { name: /^high ↔ low/ }).waitFor()
    await differences().waitFor()
    await watchErrors()
    await accuracy().getByText('0.75').waitFor()
    await accuracy().getByText('▼').waitFor()
  })

  it('opens an artifact and the code of both runs, with what was not committed', async () => {
    await view()
      .getByRole('button', { name: /Open report\.md of high/ })
      .click()
    await vscode.page.getByRole('tab', { name: /^report\.md/ }).waitFor()
    await vscode.page.getByRole('tab', { name: /^high ↔ low/ }).click()
    await differences().waitFor()
    await watchErrors()
    await view().getByRole('button', { name: 'Compare Code' }).click()
    const lines = vscode.page.locator('.multiDiffEditor .view-line')
    await lines.getByText('print(3)').waitFor()
    await lines.getByText('print(1)').waitFor()
    await vscode.page
      .getByRole('tab', { name: /^high ↔ low/ })
      .first()
      .click()
    await differences().waitFor()
    await watchErrors()
  })

  it('moves to its other tabs', async () => {
    await tab('Runs').click()
    await view().getByRole('tab', { name: 'Runs', selected: true }).waitFor()
    await tab('Charts').click()
    await view().getByRole('tab', { name: 'Charts', selected: true }).waitFor()
    await seeNoErrors()
  })

  it('is saved in a file that can be committed', async () => {
    await view().getByRole('button', { name: 'Save View' }).click()
    await vscode.answer('Best two')
    await vscode.page.getByRole('tab', { name: /^Best two/ }).waitFor()
    const folder = join(workspace.folder, '.runwright/views')
    assert.deepEqual(await readdir(folder), ['Best two.json'])
    const saved = parseSavedView(JSON.parse(await readFile(join(folder, 'Best two.json'), 'utf8')))
    assert.deepEqual([saved.title, saved.experiments, saved.tab], ['Best two', ['digits'], 'charts'])
    assert.deepEqual(saved.chosen.toSorted(), [low, high].toSorted())
    const { stdout } = await promisify(execFile)('git', ['ls-files', '--others', '--exclude-standard'], {
      cwd: workspace.folder,
    })
    assert.equal(stdout.trim(), '.runwright/views/Best two.json')
  })

  it('is back with the same view when the window was reloaded', async () => {
    await vscode.reload()
    await vscode.page.getByRole('tab', { name: /^Best two/ }).waitFor()
    await view().getByRole('tab', { name: 'Charts', selected: true }).waitFor()
    await watchErrors()
    await tab('Differences').click()
    await accuracy().getByText('0.75').waitFor()
    await seeNoErrors()
  })

  it('opens from its file, and follows it', async () => {
    await vscode.runCommand('View: Close All Editors')
    await vscode.runCommand('Runwright: Open Saved View…')
    await vscode.pick('Best two')
    await view().getByRole('tab', { name: 'Charts', selected: true }).waitFor()
    const path = join(workspace.folder, '.runwright/views/Best two.json')
    const text = await readFile(path, 'utf8')
    await writeFile(path, text.replace('"tab": "charts"', '"tab": "differences"'))
    await differences().waitFor()
    await vscode.runCommand('View: Close All Editors')
  })

  it('opens from an experiment, as a table or as charts', async () => {
    await vscode.showRunwright()
    await vscode.pressAction(vscode.row('Experiment digits'), 'Open Run Table')
    await view().getByRole('tab', { name: 'Runs', selected: true }).waitFor()
    await vscode.runCommand('View: Close All Editors')
    await vscode.chooseFromMenu(vscode.row('Experiment digits'), 'Open Charts')
    await view().getByRole('tab', { name: 'Charts', selected: true }).waitFor()
  })
})

const patch = `diff --git a/train.py b/train.py
--- a/train.py
+++ b/train.py
@@ -1 +1 @@
-print(2)
+print(3)
`

/** Runs in the webview, whose messages do not reach the window around it. */
const collectErrors = `(() => {
  if (globalThis.seenErrors) return
  const seen = (globalThis.seenErrors = [])
  addEventListener('error', (event) => seen.push(String(event.message)))
  addEventListener('unhandledrejection', (event) => seen.push(String(event.reason)))
  document.addEventListener('securitypolicyviolation', (event) => seen.push('blocked: ' + event.blockedURI))
  const log = console.error
  console.error = (...words) => (seen.push(words.join(' ')), log(...words))
})()`
