import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { bundle } from '../../scripts/bundle.ts'
import { until } from '../until.ts'
import { openWorkbench, type Workbench } from './workbench.ts'

/** The little that the function below needs of the window, where it runs. */
declare const document: { querySelectorAll(selector: string): Iterable<unknown> }
declare const getComputedStyle: (of: unknown, part: string) => { readonly content: string }

/** Whether a file of VS Code's explorer has this letter, which is drawn by a style. */
function hasMark([name, letter]: readonly [string, string]): boolean {
  const labels = document.querySelectorAll(`.explorer-folders-view [aria-label="${name}"] .monaco-icon-label`)
  return [...labels].some((label) => getComputedStyle(label, '::after').content.includes(letter))
}

const table = (rows: readonly string[]) => ['id,city', ...rows, ''].join('\n')

describe('data in VS Code', { timeout: 300_000 }, () => {
  const resources = new AsyncDisposableStack()
  let folder: string
  let vscode: Workbench

  before(async () => {
    await bundle({ production: false })
    const parent = await realpath(await mkdtemp(join(tmpdir(), 'runwright-data-')))
    resources.defer(() => rm(parent, { recursive: true, force: true, maxRetries: 5 }))
    folder = join(parent, 'project')
    await mkdir(join(folder, 'images'), { recursive: true })
    await writeFile(join(folder, 'people.csv'), table(['1,Rome', '2,Oslo']))
    await writeFile(join(folder, 'images/a.txt'), 'a')
    await git('init', '--quiet', '--initial-branch', 'main')
    vscode = resources.use(await openWorkbench({ workspace: folder }))
  })
  after(() => resources.disposeAsync())

  const git = async (...args: readonly string[]) => {
    const who = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org']
    await promisify(execFile)('git', [...who, ...args], { cwd: folder })
  }
  const commit = async (message: string) => {
    await git('add', '--all')
    await git('commit', '--quiet', '--message', message)
  }
  const showData = async () => {
    await vscode.showRunwright()
    await vscode.runCommand('Runwright: Focus on Data View')
  }
  const showFiles = () => vscode.runCommand('View: Show Explorer')
  /** Of VS Code's own explorer. */
  const file = (name: string | RegExp) => vscode.page.locator('.explorer-folders-view').getByRole('treeitem', { name })

  it('begins with one press where there is no data yet', async () => {
    await showData()
    await vscode.page.getByRole('button', { name: 'Initialize Data Versioning' }).click()
    await vscode.page.getByRole('button', { name: 'Add to Data Versions' }).first().waitFor()
    assert.match(await readFile(join(folder, '.dvc/.gitignore'), 'utf8'), /cache/)
  })

  it('puts a file and a folder under version control from the menu of the explorer', async () => {
    await showFiles()
    await vscode.chooseFromMenu(file(/^people\.csv/), 'Add to Data Versions')
    await file(/^people\.csv\.dvc/).waitFor()
    await vscode.chooseFromMenu(file(/^images/), 'Add to Data Versions')
    await file(/^images\.dvc/).waitFor()
    await showData()
    await vscode.row('Data people.csv, clean').waitFor()
    await vscode.row('Data images, clean, 1 B, 1 file').waitFor()
    await commit('Add people')
  })

  it('shows what changed in the view, in the explorer and in source control', async () => {
    await writeFile(join(folder, 'people.csv'), table(['1,Rome', '2,Bergen', '3,Cairo']))
    await writeFile(join(folder, 'images/b.txt'), 'b')
    await vscode.row('Data people.csv, changed').waitFor()
    await vscode.row('Data images, 1 file changed').waitFor()
    await vscode.expand(vscode.row('Data images'))
    await vscode.row('File images/b.txt, added').waitFor()
    await showFiles()
    await vscode.page.waitForFunction(hasMark, ['people.csv', 'M'] as const)
    await vscode.page
      .locator('.activitybar')
      .getByRole('tab', { name: /^Source Control/ })
      .click()
    const changes = vscode.page.locator('.scm-view')
    await changes.getByRole('treeitem', { name: /^people\.csv/ }).waitFor()
  })

  it('compares with the version before, row by row', async () => {
    await showData()
    await vscode.chooseFromMenu(vscode.row('Data people.csv'), 'Compare with Previous Version')
    await vscode.webview().getByRole('heading', { level: 1, name: 'people.csv' }).waitFor()
    await vscode.webview().getByText('1 added · 0 removed · 1 changed · 1 as before').waitFor()
    await vscode.runCommand('View: Close All Editors')
  })

  it('commits what changed, and checks out an earlier version', async () => {
    await vscode.chooseFromMenu(vscode.row('Data people.csv'), 'Commit Changes to Data')
    await vscode.row('Data people.csv, clean').waitFor()
    await commit('More people')
    await git('checkout', '--quiet', 'HEAD~1', '--', 'people.csv.dvc')
    await vscode.row('Data people.csv, changed').waitFor()
    await vscode.chooseFromMenu(vscode.row('Data people.csv'), 'Check Out Data')
    await vscode.row('Data people.csv, clean').waitFor()
    assert.equal(await readFile(join(folder, 'people.csv'), 'utf8'), table(['1,Rome', '2,Oslo']))
  })

  it('lists versions, and restores one', async () => {
    await vscode.chooseFromMenu(vscode.row('Data people.csv'), 'Show Data Log')
    await vscode.pick('More people')
    await vscode.pick('Restore This Version')
    await vscode.row('Data people.csv, clean').waitFor()
    const restored = table(['1,Rome', '2,Bergen', '3,Cairo'])
    const isRestored = async () => (await readFile(join(folder, 'people.csv'), 'utf8')) === restored
    await until(isRestored)
  })

  it('sends data to a remote and tells what it lacks', async () => {
    const remote = join(folder, '../remote')
    await vscode.runCommand('Runwright: Add Remote for Data…')
    await vscode.answer(remote)
    await vscode.page.locator('.quick-input-widget').getByText('(2/2)').waitFor()
    await vscode.page.keyboard.press('Enter')
    const isAdded = async () => (await readFile(join(folder, '.dvc/config'), 'utf8')).includes('origin')
    await until(isAdded)
    await vscode.runCommand('Runwright: Check Remote')
    await vscode
      .row('Data people.csv, clean')
      .and(vscode.page.getByRole('treeitem', { name: /not in the remote/ }))
      .waitFor()
    await vscode.runCommand('Runwright: Push Data')
    await vscode
      .row('Data people.csv, clean')
      .and(vscode.page.getByRole('treeitem', { name: /, in the remote/ }))
      .waitFor()
  })

  it('shows the first rows of a table in an editor', async () => {
    await showFiles()
    await file(/^people\.csv(?!\.)/).click()
    await vscode.page.getByRole('tab', { name: /^people\.csv/ }).waitFor()
    await vscode.runCommand('View: Reopen Editor With...')
    await vscode.pick('Table Preview')
    await vscode.webview().getByText('3 rows, 2 columns').waitFor()
    await vscode
      .webview()
      .getByRole('columnheader', { name: /^city VARCHAR/ })
      .waitFor()
  })
})
