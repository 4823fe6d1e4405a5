import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { bundle } from '../../scripts/bundle.ts'
import { type RunData, toDatasetInput } from '../../src/protocol/data-versions.ts'
import { openWorkbench, type Workbench } from './workbench.ts'
import { openTestWorkspace, type TestWorkspace } from './workspace.ts'

const md5 = (digit: string) => digit.repeat(32)
const pointer = (name: string, digit: string) => `outs:\n- md5: '${md5(digit)}'\n  hash: md5\n  path: ${name}\n`
const version = (path: string, digit: string) => ({ path, md5: md5(digit) })

describe('the lineage of a run', { timeout: 300_000 }, () => {
  const resources = new AsyncDisposableStack()
  let workspace: TestWorkspace
  let vscode: Workbench

  before(async () => {
    await bundle({ production: false })
    workspace = resources.use(await openTestWorkspace())
    const { folder, logRun } = workspace
    await mkdir(join(folder, '.dvc'))
    await writeFile(join(folder, 'raw.csv.dvc'), pointer('raw.csv', '1'))
    await writeFile(join(folder, 'clean.csv.dvc'), pointer('clean.csv', '2'))
    const log = async (name: string, data: readonly RunData[], artifacts = {}) => {
      const runId = await logRun('digits', { name, artifacts })
      await workspace.client.call('runs/log-inputs', { runId, datasets: data.map(toDatasetInput) })
      return runId
    }
    await log('prepare', [
      { version: version('raw.csv', '1'), context: 'input', found: 'declared' },
      { version: version('clean.csv', '3'), context: 'output', found: 'declared' },
    ])
    const model = { 'model/MLmodel': 'flavors:\n  python_function:\n    loader_module: mlflow.sklearn\n' }
    const read = { version: version('clean.csv', '3'), context: 'training', found: 'opened' } as const
    const runId = await log('train', [read], model)
    await workspace.client.call('models/register', { runId, name: 'digits' })
    await log('other', [read])
    vscode = resources.use(await openWorkbench({ workspace: folder, size: { width: 1280, height: 1600 } }))
    await vscode.showRunwright()
    await vscode.expand(vscode.row('Experiment digits, 3 runs'))
  })
  after(() => resources.disposeAsync())

  it('begins with what it read and wrote, and how that stands now', async () => {
    await vscode.expand(vscode.row('Run prepare'))
    await vscode.expand(vscode.row('Data of run prepare'))
    await vscode.row('raw.csv: read · the same now · 1111111111').waitFor()
    await vscode.row('clean.csv: written · changed since · 3333333333').waitFor()
    await writeFile(join(workspace.folder, 'raw.csv.dvc'), pointer('other.csv', '1'))
    await vscode.collapse(vscode.row('Data of run prepare'))
    await vscode.runCommand('Runwright: Refresh')
    await vscode.expand(vscode.row('Data of run prepare'))
    await vscode.row('raw.csv: read · gone by now · 1111111111').waitFor()
  })

  const heading = (name: string) => vscode.webview().getByRole('heading', { level: 1, name: `Lineage of ${name}` })
  const node = (name: string) => vscode.webview().getByRole('button', { name: new RegExp(`^${name}`) })
  const focused = (name: string) => vscode.webview().locator(':focus').getByText(name, { exact: true })

  /**
   * As a person does who sees another page come, or the message of a row that was just being listed anew: after a refresh
   * the rows move, and a click may meet the one that was there a moment before.
   */
  async function showLineage(run: string): Promise<void> {
    const shown = () => heading(run).waitFor({ timeout: 5000 })
    for (let times = 1; times <= 3; times++) {
      await vscode.chooseFromMenu(vscode.row(`Run ${run}`), 'Show Lineage')
      const isShown = await shown().then(
        () => true,
        () => false,
      )
      if (isShown) return
    }
    await shown()
  }

  it('opens as a graph that leads along its edges to a run', async () => {
    const { page, row } = vscode
    await showLineage('train')
    await node('train').focus()
    for (const name of ['clean.csv', 'prepare', 'raw.csv']) {
      await page.keyboard.press('ArrowLeft')
      await focused(name).waitFor()
    }
    await page.keyboard.press('ArrowRight')
    await focused('prepare').waitFor()
    await page.keyboard.press('Enter')
    await row('Run prepare').and(page.locator('[aria-selected="true"]')).waitFor()
  })

  it('shows what else lies next to a node when it is asked', async () => {
    await node('clean.csv').focus()
    assert.equal(await node('other').count(), 0)
    await vscode.page.keyboard.press('+')
    await node('other').waitFor()
    await focused('clean.csv').waitFor()
  })

  it('is found out anew when it is asked, and is back when the window was reloaded', async () => {
    const runId = (await findRun('prepare')) ?? assert.fail()
    await workspace.client.call('runs/rename', { runId, name: 'prepare again' })
    await vscode.webview().getByRole('button', { name: 'Reload' }).click()
    await node('prepare again').focus()
    await vscode.reload()
    await heading('train').waitFor()
    await node('prepare again').waitFor()
    await node('other').waitFor()
  })

  it('opens as text too', async () => {
    await vscode.webview().getByRole('button', { name: 'Open as Text' }).click()
    const editor = vscode.page.locator('.editor-instance .view-lines')
    await editor.getByText('read clean.csv').waitFor()
    const lines = await editor.locator('.view-line').allInnerTexts()
    const text = lines.map((line) => line.replaceAll('\u00a0', ' ').trimEnd()).filter((line) => line !== '')
    assert.deepEqual(text, [
      'run train (FINISHED)',
      'came of',
      '└─ read clean.csv [3333333333] (training, found open)',
      '   └─ written by run prepare again (FINISHED) (declared)',
      '      └─ read raw.csv [1111111111] (declared)',
      'led to',
      '└─ registered as digits version 1',
    ])
  })

  it('is shown of data too, whatever its path is now', async () => {
    await vscode.runCommand('Runwright: Show Lineage of Data')
    await vscode.pick('other.csv')
    await heading('raw.csv').waitFor()
    await node('prepare again').waitFor()
  })

  it('leads to what the registry knows of a model version, and to what has changed in data', async () => {
    const { page } = vscode
    await node('clean.csv').press('Enter')
    await page.getByRole('tab', { name: /^clean\.csv: What Changed/ }).waitFor()
    // By the mouse: a page that is still loading takes keys and passes none on.
    await page
      .getByRole('tab', { name: /^clean\.csv: What Changed/ })
      .getByRole('button', { name: /^Close/ })
      .click()
    await node('digits version 1').press('Enter')
    await page.locator('.editor-instance .view-lines').getByText('"version": 1').waitFor()
  })

  async function findRun(name: string) {
    const { experiments } = await workspace.client.call('experiments/list', {})
    const experimentIds = experiments.map(({ experimentId }) => experimentId)
    const { runs } = await workspace.client.call('runs/list', { experimentIds })
    return runs.find((run) => run.name === name)?.runId
  }
})
