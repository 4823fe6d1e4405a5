import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { bundle } from '../../scripts/bundle.ts'
import type { RunId } from '../../src/protocol/ids.ts'
import { openWorkbench, type Workbench } from './workbench.ts'
import { openTestWorkspace, type TestWorkspace } from './workspace.ts'

describe('the experiment explorer', () => {
  const resources = new AsyncDisposableStack()
  let workspace: TestWorkspace
  let vscode: Workbench
  let best: RunId

  before(async () => {
    await bundle({ production: false })
    workspace = resources.use(await openTestWorkspace())
    const { logRun } = workspace
    await logRun('digits', { name: 'low', params: { optimizer: 'sgd' }, metrics: { accuracy: [0.4, 0.6] } })
    best = await logRun('digits', {
      name: 'high',
      params: { optimizer: 'adam', layers: 2 },
      metrics: { accuracy: [0.5, 0.8, 0.97], loss: [2, 1, 0.25] },
      artifacts: { 'report/summary.md': '# Ninety-seven per cent\n' },
    })
    await logRun('digits', {
      name: 'middle',
      params: { optimizer: 'adam' },
      metrics: { accuracy: [0.9] },
      status: 'RUNNING',
    })
    vscode = resources.use(await openWorkbench({ workspace: workspace.folder }))
    await vscode.showRunwright()
    await vscode.expand(vscode.row('Experiment digits, 3 runs, 1 running'))
  })
  after(() => resources.disposeAsync())

  const seeRuns = (...names: readonly string[]) => vscode.seeRows('Run', names)

  it('shows runs, newest first, with status, headline metric and age', async () => {
    await seeRuns('middle', 'high', 'low')
    await vscode.row('Run middle, running, accuracy 0.9, started just now').waitFor()
    await vscode.row('Run high, finished, accuracy 0.97, started just now').waitFor()
  })

  it('shows params, metrics with their course, and artifacts that open in an editor', async () => {
    const { page, row, expand } = vscode
    await expand(row('Run high'))
    await expand(row('Params of run high'))
    await row('optimizer: adam').waitFor()
    await row('layers: 2').waitFor()
    await expand(row('Metrics of run high'))
    await row('Metric loss: 0.25 at step 2').getByText('█▄▁').waitFor()
    await expand(row('Artifacts of run high'))
    await expand(row('Folder report'))
    await row('File summary.md').click()
    await page.getByRole('tab', { name: /^summary.md/ }).waitFor()
    await page.locator('.view-lines').getByText('# Ninety-seven per cent').waitFor()
    await vscode.collapse(row('Run high'))
  })

  it('filters by what was logged, and says what is wrong with a filter', async () => {
    await vscode.runCommand('Runwright: Filter Runs…')
    await vscode.answer("metrics.accuracy > 0.7 AND params.optimizer = 'adam'")
    await seeRuns('middle', 'high')

    await vscode.runCommand('Runwright: Filter Runs…')
    await vscode.answer('accuracy above average')
    await vscode.page
      .locator('.quick-input-message')
      .getByText(/Invalid/)
      .waitFor()
    await vscode.page.keyboard.press('Escape')

    await vscode.runCommand('Runwright: Show All Runs')
    await seeRuns('middle', 'high', 'low')
  })

  it('searches by name', async () => {
    await vscode.runCommand('Runwright: Search Runs by Name…')
    await vscode.answer('IGH')
    await seeRuns('high')
    await vscode.runCommand('Runwright: Show All Runs')
    await seeRuns('middle', 'high', 'low')
  })

  it('sorts by a metric', async () => {
    await vscode.runCommand('Runwright: Sort Runs By…')
    await vscode.pick('accuracy ↓')
    await seeRuns('high', 'middle', 'low')
    await vscode.runCommand('Runwright: Sort Runs By…')
    await vscode.pick('Newest first')
    await seeRuns('middle', 'high', 'low')
  })

  it('groups by a param', async () => {
    await vscode.runCommand('Runwright: Group Runs By…')
    await vscode.pick('optimizer')
    await vscode.seeRows('Group', ['optimizer adam', 'optimizer sgd'])
    await seeRuns('middle', 'high', 'low')
    await vscode.runCommand('Runwright: Group Runs By…')
    await vscode.pick('No groups')
    await vscode.seeRows('Group', [])
  })

  it('hides finished runs and shows them again', async () => {
    await vscode.runCommand('Runwright: Hide Finished Runs')
    await seeRuns('middle')
    await vscode.runCommand('Runwright: Show Finished Runs')
    await seeRuns('middle', 'high', 'low')
  })

  it('keeps runs chosen by their checkboxes, also over a refresh, until the choice is cleared', async () => {
    const chosen = vscode.page.getByRole('checkbox', { checked: true })
    await vscode.seeCommands('not offered', ['Runwright: Clear Selection'])
    await vscode.choose(vscode.row('Run high'))
    await vscode.choose(vscode.row('Run low'))
    await vscode.row('Run low').and(vscode.page.locator(':has(:checked, [aria-checked=true])')).waitFor()
    await vscode.runCommand('Runwright: Refresh')
    await seeRuns('middle', 'high', 'low')
    assert.equal(await chosen.count(), 2)
    await vscode.runCommand('Runwright: Clear Selection')
    await chosen.first().waitFor({ state: 'detached' })
  })

  it('deletes a run and brings it back from the message, or from the palette', async () => {
    await vscode.chooseFromMenu(vscode.row('Run low'), 'Delete Run')
    await seeRuns('middle', 'high')
    await vscode.notification('Deleted run “low”.').getByRole('button', { name: 'Undo' }).click()
    await seeRuns('middle', 'high', 'low')

    await vscode.row('Run low').click()
    await vscode.page.keyboard.press('Delete')
    await seeRuns('middle', 'high')
    await vscode.runCommand('Runwright: Undo Delete')
    await seeRuns('middle', 'high', 'low')
    await vscode.seeCommands('not offered', ['Runwright: Undo Delete'])
  })

  it('renames a run', async () => {
    await vscode.chooseFromMenu(vscode.row('Run high'), 'Rename Run…')
    await vscode.answer('highest')
    await seeRuns('middle', 'highest', 'low')
    assert.equal((await workspace.client.call('runs/get', { runId: best })).run.name, 'highest')
  })

  it("copies a run's id", async () => {
    await vscode.chooseFromMenu(vscode.row('Run highest'), 'Copy Run ID')
    await vscode.seeClipboard(best)
  })

  it('offers in the palette only what can be done now', async () => {
    const named = (...titles: readonly string[]) => titles.map((title) => `Runwright: ${title}`)
    const ofRuns = named('Copy Run ID', 'Delete Run', 'Open Log')
    await vscode.row('Run highest').click()
    await vscode.seeCommands('offered', ofRuns)
    await vscode.row('Experiment digits').click()
    await vscode.seeCommands('not offered', [...ofRuns, ...named('Open Artifact', 'Stop Run', 'Show All Runs')])
  })
})
