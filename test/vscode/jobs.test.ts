import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { bundle } from '../../scripts/bundle.ts'
import { until } from '../until.ts'
import { openWorkbench, type Workbench } from './workbench.ts'
import { openTestWorkspace, type TestWorkspace } from './workspace.ts'

/** Logs half of its epochs, prints in colour, and ends when a file lets it. */
const program = `
const { MLFLOW_TRACKING_URI: uri, MLFLOW_TRACKING_TOKEN: token, MLFLOW_RUN_ID: run_id } = process.env
const post = (path, body) => fetch(uri + '/api/2.0/mlflow/runs/' + path, {
  method: 'POST',
  headers: { 'content-type': 'application/json', authorization: 'Bearer ' + token },
  body: JSON.stringify({ run_id, ...body }),
})
await post('log-parameter', { key: 'epochs', value: '4' })
await post('log-metric', { key: 'epoch', value: 2, step: 2, timestamp: Date.now() })
console.log('\\u001b[32mtrained half of it\\u001b[0m')
const { existsSync } = await import('node:fs')
while (!existsSync('let-it-end')) await new Promise((then) => setTimeout(then, 50))
console.log('trained all of it')
`

describe('jobs', { timeout: 300_000 }, () => {
  const resources = new AsyncDisposableStack()
  let workspace: TestWorkspace
  let vscode: Workbench

  before(async () => {
    await bundle({ production: false })
    workspace = resources.use(await openTestWorkspace())
    await writeFile(join(workspace.folder, 'train.mjs'), program)
    const settings = { 'terminal.integrated.gpuAcceleration': 'off', 'runwright.notifyAfterSeconds': 0 }
    vscode = resources.use(await openWorkbench({ workspace: workspace.folder, settings }))
    await vscode.showRunwright()
  })
  after(() => resources.disposeAsync())

  const form = () => vscode.page.locator('.quick-input-widget')
  const openForm = async () => {
    await vscode.openFile('train.mjs')
    await vscode.runCommand('Runwright: Train on…')
    await form().getByText('Train train.mjs').waitFor()
  }
  const listJobs = async () => (await workspace.client.call('jobs/list', {})).jobs
  const page = () => vscode.webview()
  const log = (text: string) => page().getByRole('log').getByText(text)
  const terminal = (text: string) => vscode.page.locator('.xterm-rows:visible').getByText(text)

  it('nothing is left of a form that is left', async () => {
    await openForm()
    await vscode.page.keyboard.press('Escape')
    await form().waitFor({ state: 'hidden' })
    assert.deepEqual(await listJobs(), [])
    await vscode.page
      .locator('.welcome-view-content')
      .getByText(/^A job goes on/)
      .waitFor()
  })

  it('one press of Enter launches what the form shows, and its row and its page follow it', async () => {
    await openForm()
    await vscode.pick('Add Param…')
    await form().getByText('Add Param').first().waitFor()
    await vscode.answer('lr=0.1')
    await form().getByText('Train train.mjs').waitFor()
    await vscode.page.keyboard.press('Enter')
    await log('trained half of it').waitFor()
    const [job] = await listJobs()
    assert.deepEqual(job?.spec.params, [{ key: 'lr', value: '0.1' }])
    assert.deepEqual(job.spec.command, ['node', 'train.mjs'])
    await vscode.row(`Job ${job.name}, running, epoch 2 of 4`).waitFor()
    await page().getByRole('progressbar', { name: 'Progress' }).waitFor()
  })

  it('a second launch remembers the first, and is cancelled from its row', async () => {
    await openForm()
    await form().getByText('lr', { exact: true }).waitFor()
    await vscode.page.keyboard.press('Enter')
    const isSecond = async () => (await listJobs()).length === 2
    await until(isSecond)
    const [second] = await listJobs()
    assert.deepEqual(second?.spec.params, [{ key: 'lr', value: '0.1' }])
    const row = vscode.row(`Job ${second.name}, running`)
    await row.waitFor()
    await vscode.pressAction(row, 'Cancel Job')
    await vscode.expand(vscode.row('Done'))
    await vscode.row(`Job ${second.name}, cancelled`).waitFor()
  })

  it('the end of a job is told where neither its page nor its log is open, and leads to its page and its run', async () => {
    const [, first] = await listJobs()
    assert.ok(first)
    await vscode.runCommand('View: Close All Editors')
    await writeFile(join(workspace.folder, 'let-it-end'), '')
    await vscode.row(`Job ${first.name}, finished`).waitFor()
    const notice = vscode.notification(`Job “${first.name}” has finished`)
    await notice.getByRole('button', { name: 'Open Job' }).click()
    await log('trained all of it').waitFor()
    await page().getByRole('button', { name: 'Open Run' }).click()
    await vscode.row(`Run ${first.name}, finished`).waitFor()
    await page().getByRole('button', { name: 'Open in Terminal' }).click()
    await terminal('trained all of it').waitFor()
    await terminal('finished · exit code 0').waitFor()
    await vscode.runCommand('View: Close All Editors')
    await vscode.row(`Job ${first.name}, finished`).click()
    await log('trained all of it').waitFor()
    await vscode.chooseFromMenu(vscode.row(`Job ${first.name}, finished`), 'Open Log in Terminal')
    await terminal('trained all of it').waitFor()
  })

  it('a job that has ended is tried again in the same run', async () => {
    const [, first] = await listJobs()
    assert.ok(first)
    await vscode.pressAction(vscode.row(`Job ${first.name}, finished`), 'Retry Job')
    const count = async () => (await workspace.client.call('jobs/get', { jobId: first.jobId })).job.attempts.length
    await until(async () => (await count()) >= 2)
    assert.equal(await count(), 2)
    await vscode.row(`Job ${first.name}, finished`).waitFor()
  })

  it('the places are shown with what they have', async () => {
    await vscode.runCommand('Runwright: Focus on Compute View')
    await vscode.row('Target local').waitFor()
  })
})
