import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { AxeResults, RunOptions } from 'axe-core'
import { bundle } from '../../scripts/bundle.ts'
import { openWorkbench, type Workbench } from './workbench.ts'
import { openTestWorkspace, type TestWorkspace } from './workspace.ts'

declare const axe: { run(within: string, options: RunOptions): Promise<AxeResults> }

const axePath = fileURLToPath(import.meta.resolve('axe-core/axe.min.js'))

/** Both are about what VS Code writes around our words: it gives a checkbox tabindex 1, and a row a name of its own. */
const rulesOfOthers = ['tabindex', 'label-content-name-mismatch']

describe('the experiment explorer without a mouse', () => {
  const resources = new AsyncDisposableStack()
  let workspace: TestWorkspace
  let vscode: Workbench

  before(async () => {
    await bundle({ production: false })
    workspace = resources.use(await openTestWorkspace())
    for (const name of ['third', 'second', 'first']) {
      const artifacts = { 'notes.txt': 'Done.\n' }
      await workspace.logRun('digits', { name, params: { layers: 2 }, metrics: { loss: [2, 1] }, artifacts })
    }
    vscode = resources.use(await openWorkbench({ workspace: workspace.folder }))
    await vscode.showRunwright()
    await vscode.row('Experiment digits').waitFor()
    await vscode.focusExplorer()
  })
  after(() => resources.disposeAsync())

  const press = async (...keys: readonly string[]) => {
    for (const key of keys) await vscode.page.keyboard.press(key)
  }
  const focused = (spoken: string) => vscode.row(spoken).and(vscode.page.locator('.focused'))
  const checked = () => vscode.page.getByRole('checkbox', { checked: true })

  /** From the top down to a row; once more, as one would, when the rows were drawn anew in the moment of a press. */
  const walkDown = async (...rows: readonly string[]) => {
    const walk = async (timeout: number) => {
      await press('Home')
      await focused('Experiment digits').waitFor({ timeout })
      for (const row of rows) {
        await press('ArrowDown')
        await focused(row).waitFor({ timeout })
      }
    }
    await walk(5000).catch(() => walk(20_000))
  }

  it('unfolds and walks by arrow keys', async () => {
    await press('ArrowDown')
    await focused('Experiment digits').waitFor()
    await press('ArrowRight')
    await vscode.row('Run third').waitFor()
    await press('ArrowDown')
    await focused('Run first').waitFor()
    await press('ArrowRight')
    await vscode.row('Metrics of run first').waitFor()
    await press('ArrowDown')
    await focused('Params of run first').waitFor()
    await press('ArrowLeft', 'ArrowLeft')
    await vscode.row('Metrics of run first').waitFor({ state: 'detached' })
    await focused('Run first').waitFor()
  })

  it('renames the run in focus by F2, whichever was selected before', async () => {
    await press('Enter', 'ArrowDown')
    await focused('Run second').waitFor()
    await press('F2')
    await vscode.answer('renamed')
    await vscode.seeRows('Run', ['first', 'renamed', 'third'])
  })

  it('deletes the run in focus by Delete', async () => {
    await focused('Run renamed').waitFor()
    await press('ArrowUp')
    await focused('Run first').waitFor()
    await press('Delete')
    await vscode.seeRows('Run', ['renamed', 'third'])
    await vscode.runCommand('Runwright: Undo Delete')
    await vscode.seeRows('Run', ['first', 'renamed', 'third'])
  })

  it('checks and unchecks the run in focus by Space, and all that are selected', async () => {
    await vscode.focusExplorer()
    await walkDown('Run first', 'Run renamed')
    await press('Space')
    await checked().and(vscode.page.getByLabel('Choose renamed for comparison')).waitFor()
    await press('Space')
    await checked().first().waitFor({ state: 'detached' })
    await press('Shift+ArrowDown', 'Space')
    await checked().nth(1).waitFor()
    await press('Space')
    await checked().first().waitFor({ state: 'detached' })
  })

  it('loses no key while rows are being listed anew', async () => {
    const checkbox = vscode.page.getByLabel('Choose renamed for comparison')
    await vscode.focusExplorer()
    await walkDown('Run first', 'Run renamed')
    for (let round = 0; round < 6; round++) {
      // A run more is an experiment whose rows are listed anew; the key comes while they are.
      const logged = workspace.logRun('digits', { name: `another-${round}` })
      await vscode.page.waitForTimeout(30 * round)
      await press('Space')
      await checked().and(checkbox).waitFor()
      await logged
      await press('Space')
      await checked().first().waitFor({ state: 'detached' })
    }
  })

  it('says in every row what axe-core asks for', async () => {
    const { page, row, expand } = vscode
    await expand(row('Run first'))
    for (const section of ['Params', 'Metrics', 'Data', 'Artifacts', 'Code', 'Environment']) {
      await expand(row(`${section} of run first`))
    }
    await row('File notes.txt').waitFor()
    await page.evaluate(await readFile(axePath, 'utf8'))
    const rules = Object.fromEntries(rulesOfOthers.map((rule) => [rule, { enabled: false }]))
    const { violations, passes } = await page.evaluate(
      (options) => axe.run('.part.sidebar .customview-tree', options),
      { rules },
    )
    assert.deepEqual(
      violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]),
      [],
    )
    assert.ok(passes.some(({ id }) => id === 'color-contrast'))
  })
})
