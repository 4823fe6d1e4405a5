import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { bundle } from '../../scripts/bundle.ts'
import { tagNames } from '../../src/protocol/tag-names.ts'
import { openWorkbench, type Workbench } from './workbench.ts'
import { openTestWorkspace, type TestWorkspace } from './workspace.ts'

const table = (label: string) =>
  JSON.stringify({
    columns: ['truth', 'predicted'],
    data: [
      ['cat', 'cat'],
      ['dog', label],
    ],
  })

describe('artifacts of two runs', { timeout: 300_000 }, () => {
  const resources = new AsyncDisposableStack()
  let workspace: TestWorkspace
  let vscode: Workbench

  before(async () => {
    await bundle({ production: false })
    workspace = resources.use(await openTestWorkspace())
    const { logRun } = workspace
    const loggedTable = JSON.stringify([{ path: 'eval/predictions.json', type: 'table' }])
    const tags = { [tagNames.loggedArtifacts]: loggedTable }
    await logRun('digits', {
      name: 'first',
      tags,
      artifacts: {
        'report.md': '# Report\nepochs: 3\n',
        'eval/predictions.json': table('cat'),
        'only.txt': 'here\n',
        // As wide and high as 0x7f7f.
        'huge.gif': 'GIF89a\x7f\x7f\x7f\x7f\0\0\0',
      },
    })
    await logRun('digits', {
      name: 'second',
      tags,
      artifacts: { 'report.md': '# Report\nepochs: 5\n', 'eval/predictions.json': table('dog') },
    })
    vscode = resources.use(await openWorkbench({ workspace: workspace.folder }))
    await vscode.showRunwright()
    await vscode.expand(vscode.row('Experiment digits, 2 runs'))
    await vscode.choose(vscode.row('Run first'))
    await vscode.choose(vscode.row('Run second'))
    await vscode.page.locator('.part.sidebar').getByRole('button', { name: 'Compare Runs' }).waitFor()
    await vscode.runCommand('Runwright: Compare Runs')
    await view().getByRole('tab', { name: 'Artifacts' }).click()
  })
  after(() => resources.disposeAsync())

  const view = () => vscode.webview()
  const entry = (name: RegExp) => view().getByRole('option', { name })
  const panel = () => view().getByRole('tabpanel', { name: 'Artifacts' })

  it('lie side by side, with what one of them lacks', async () => {
    await entry(/report\.md/).click()
    await panel().getByText('epochs: 3').waitFor()
    await panel().getByText('epochs: 5').waitFor()
    await entry(/only\.txt/).click()
    await panel().getByText('here').waitFor()
    await panel().getByText('Not logged.').waitFor()
  })

  it('are not drawn where an image has more pixels than there may be memory for', async () => {
    await entry(/huge\.gif/).click()
    await panel()
      .getByText(/A picture of 32,?639 × 32,?639 is too large/)
      .waitFor()
  })

  it('are tables, of which the rows that differ are shown', async () => {
    await entry(/predictions\.json/).click()
    await panel().getByRole('button', { name: 'Changed Rows' }).click()
    await panel().getByText('1 changed, 0 added, 0 removed.').waitFor()
    const grid = panel().getByRole('grid', { name: /^Rows of eval\/predictions\.json that differ/ })
    const cells = await grid.getByRole('gridcell').allTextContents()
    assert.deepEqual(cells.slice(0, 2), ['changed', 'dog'])
    assert.match(cells[2] ?? '', /^(cat → dog|dog → cat)$/)
  })

  it('open in the diff editor of VS Code, and one of them in an editor', async () => {
    await entry(/report\.md/).click()
    await panel()
      .getByRole('button', { name: /^Compare report\.md of .* in the Diff Editor/ })
      .first()
      .click()
    const lines = vscode.page.locator('.diffEditor .view-line, .monaco-diff-editor .view-line')
    await lines.getByText('epochs: 3').first().waitFor()
    await lines.getByText('epochs: 5').first().waitFor()
    await vscode.page.getByRole('tab', { name: /↔/ }).first().click()
    await panel().getByRole('button', { name: 'Open report.md of first' }).click()
    await vscode.page.getByRole('tab', { name: /^report\.md/ }).waitFor()
    await vscode.page.locator('.editor-instance .view-line').getByText('epochs: 3').first().waitFor()
  })
})
