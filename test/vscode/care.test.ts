import assert from 'node:assert/strict'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { bundle } from '../../scripts/bundle.ts'
import { answerFileDialog } from './file-dialog.ts'
import { openWorkbench, type Workbench } from './workbench.ts'
import { openTestWorkspace, type TestWorkspace } from './workspace.ts'

describe('looking after a store in VS Code', { timeout: 300_000 }, () => {
  const resources = new AsyncDisposableStack()
  let workspace: TestWorkspace
  let vscode: Workbench

  before(async () => {
    await bundle({ production: false })
    workspace = resources.use(await openTestWorkspace())
    await workspace.logRun('digits', { name: 'net', metrics: { accuracy: [0.97] } })
    await mkdir(join(workspace.folder, 'logs'))
    await writeFile(join(workspace.folder, 'logs', 'old.csv'), 'step,loss\n0,0.5\n1,0.25\n')
    vscode = resources.use(await openWorkbench({ workspace: workspace.folder }))
    await vscode.showRunwright()
    await vscode.row('Experiment digits').waitFor()
  })
  after(() => resources.disposeAsync())

  const path = (name: string) => join(workspace.folder, name)

  async function importTable(): Promise<void> {
    await vscode.runCommand('Runwright: Import Runs…')
    await vscode.pick('Table…')
    await answerFileDialog(vscode, /\/$/, path('logs/old.csv'))
  }

  async function listImported() {
    const { experiments } = await workspace.client.call('experiments/list', {})
    const { experimentId } = experiments.find(({ name }) => name === 'logs') ?? assert.fail()
    return (await workspace.client.call('runs/list', { experimentIds: [experimentId] })).runs
  }

  it('brings runs from elsewhere, once', async () => {
    await importTable()
    await vscode.notification('Imported 1 new run.').waitFor()
    await vscode.expand(vscode.row('Experiment logs'))
    await vscode.row('Run old, finished').waitFor()
    await importTable()
    await vscode.notification('Imported 0 new runs, 1 run as before.').waitFor()
    assert.deepEqual(
      (await listImported()).map(({ name }) => name),
      ['old'],
    )
  })

  it('says what did not come, and why', async () => {
    const runIds = (await listImported()).map(({ runId }) => runId)
    await workspace.client.call('runs/delete', { runIds })
    await importTable()
    const notification = vscode.notification('1 thing did not come.')
    await notification.getByRole('button', { name: 'Show All' }).click()
    await vscode.page.locator('.view-lines').getByText('it was deleted here; restore it first').waitFor()
    await workspace.client.call('runs/restore', { runIds })
  })

  it('checks a store', async () => {
    await vscode.runCommand('Runwright: Check Store')
    await vscode.notification(/All is well: 3 points, 2 metrics/).waitFor()
  })

  it('backs a store up to a folder that holds all of it', async () => {
    await vscode.runCommand('Runwright: Back Up Store…')
    await answerFileDialog(vscode, /-\d{4}-\d\d-\d\d$/, path('backup'))
    await vscode.notification(/Backed up the database/).waitFor()
    assert.equal(JSON.parse(await readFile(path('backup/backup.json'), 'utf8')).format, 1)
  })

  it('deletes nothing for good that was not deleted long ago', async () => {
    // VS Code pops up no more than three within 800 ms, and has all in its list.
    await vscode.runCommand('Notifications: Show Notifications')
    await vscode.runCommand('Runwright: Delete for Good…')
    await vscode.notification(/Nothing was deleted more than 30 days ago/).waitFor()
  })
})
