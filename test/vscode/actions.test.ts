import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { bundle } from '../../scripts/bundle.ts'
import type { RunId } from '../../src/protocol/ids.ts'
import { artifactPaths, tagNames } from '../../src/protocol/tag-names.ts'
import { openWorkbench, type Workbench } from './workbench.ts'
import { openTestWorkspace, type TestWorkspace } from './workspace.ts'

const notebook = JSON.stringify({
  cells: [{ cell_type: 'markdown', metadata: {}, source: ['# As it was'] }],
  metadata: {},
  nbformat: 4,
  nbformat_minor: 5,
})

describe('actions on a run', { timeout: 300_000 }, () => {
  const resources = new AsyncDisposableStack()
  let workspace: TestWorkspace
  let vscode: Workbench
  let first: RunId

  before(async () => {
    await bundle({ production: false })
    workspace = resources.use(await openTestWorkspace())
    await git('init', '--quiet')
    await writeFile(join(workspace.folder, 'train.cjs'), 'console.log("one")\n')
    await writeFile(join(workspace.folder, 'explore.ipynb'), notebook)
    await git('add', 'train.cjs', 'explore.ipynb')
    await git('commit', '--quiet', '--message', 'Start')
    const commit = await git('rev-parse', 'HEAD')
    const artifacts = { [artifactPaths.patch]: patch }
    first = await workspace.logRun('digits', { name: 'first', params: { lr: '0.1', seed: 7 }, artifacts })
    const command = JSON.stringify([process.execPath, 'train.cjs', '--lr', '0.1'])
    await tag(first, { [tagNames.command]: command, [tagNames.gitCommit]: commit, [tagNames.sourceName]: 'train.cjs' })
    const second = await workspace.logRun('notebooks', { name: 'second' })
    await tag(second, { [tagNames.gitCommit]: commit, [tagNames.sourceName]: 'explore.ipynb' })
    await writeFile(join(workspace.folder, 'train.cjs'), 'console.log("later")\n')
    vscode = resources.use(await openWorkbench({ workspace: workspace.folder }))
    await vscode.showRunwright()
    await vscode.expand(vscode.row('Experiment digits, 1 run'))
  })
  after(() => resources.disposeAsync())

  async function git(...args: string[]): Promise<string> {
    const options = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org']
    return (await promisify(execFile)('git', [...options, ...args], { cwd: workspace.folder })).stdout.trim()
  }
  async function tag(runId: RunId, tags: Readonly<Record<string, string>>): Promise<void> {
    for (const [key, value] of Object.entries(tags)) await workspace.client.call('runs/set-tag', { runId, key, value })
  }
  const choose = (entry: string) => vscode.chooseFromMenu(vscode.row('Run first'), entry)
  const input = () => vscode.page.locator('.quick-input-widget')

  it('opens the source as it was, uncommitted changes included, and a notebook as one', async () => {
    await choose("Open Source at the Run's Version")
    await vscode.page.locator('.view-lines').getByText('console.log("two")').waitFor()
    await vscode.expand(vscode.row('Experiment notebooks, 1 run'))
    await vscode.chooseFromMenu(vscode.row('Run second'), "Open Source at the Run's Version")
    await vscode.page.locator('.notebook-editor').first().waitFor()
    await vscode.runCommand('View: Close All Editors')
  })

  it('sets a tag from what is typed, and removes it', async () => {
    await choose('Set Tag…')
    await input().getByText('Set Tag of “first”').waitFor()
    await vscode.answer('stage')
    await input().locator('input[placeholder="Value of stage"]').waitFor()
    await vscode.answer('candidate')
    await seeTag('candidate')
    await choose('Remove Tags…')
    await input().getByText('stage', { exact: true }).click()
    await input().getByRole('button', { name: 'OK' }).click()
    await seeTag(undefined)
  })

  /** Waits for the event that tells of it. */
  async function seeTag(value: string | undefined): Promise<void> {
    const stop = AbortSignal.timeout(20_000)
    for await (const _ of workspace.client.events(stop)) {
      const { run } = await workspace.client.call('runs/get', { runId: first })
      if (run.tags.find(({ key }) => key === 'stage')?.value === value) return
    }
  }

  it('restores the code into a branch, and leaves the working copy alone', async () => {
    await choose('Restore Code…')
    await vscode.pick('New Branch…')
    await vscode.answer('runs/tried')
    await vscode
      .notification(/Restored the code of “first” with its uncommitted changes into branch “runs\/tried”/)
      .waitFor()
    assert.equal(await git('show', 'runs/tried:train.cjs'), 'console.log("two")')
    assert.equal(await readFile(join(workspace.folder, 'train.cjs'), 'utf8'), 'console.log("later")\n')
  })

  it('runs again with another value of a param', async () => {
    await choose('Re-run with Changes…')
    await input().getByText('Set by the program, not from here').waitFor()
    await vscode.pick('lr')
    await vscode.answer('0.2')
    await input().getByText('0.1 → 0.2').waitFor()
    await vscode.pick('Start')
    await vscode.row('Experiment digits, 2 runs').waitFor()
    const { experiments } = await workspace.client.call('experiments/list', {})
    const experimentIds = experiments.map(({ experimentId }) => experimentId)
    const filter = `tags.\`${tagNames.rerunOf}\` = '${first}'`
    const { runs } = await workspace.client.call('runs/list', { experimentIds, filter })
    const { run } = await workspace.client.call('runs/get', { runId: runs[0]?.runId ?? assert.fail('no new run') })
    const command = run.tags.find(({ key }) => key === tagNames.command)?.value ?? ''
    assert.deepEqual(JSON.parse(command).slice(1), ['train.cjs', '--lr', '0.2'])
  })
})

const patch = `diff --git a/train.cjs b/train.cjs
--- a/train.cjs
+++ b/train.cjs
@@ -1 +1 @@
-console.log("one")
+console.log("two")
`
