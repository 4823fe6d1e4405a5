import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { bundle } from '../../scripts/bundle.ts'
import type { Job, JobSpec } from '../../src/protocol/jobs.ts'
import { plainSpec } from '../../src/protocol/test-job-spec.ts'
import { findTestPython } from '../servers/test-python.ts'
import { copyExtension } from './code-server.ts'
import { installPythonDebugger } from './python-debugger.ts'
import { openWorkbench, type Workbench } from './workbench.ts'
import { openTestWorkspace, type TestWorkspace } from './workspace.ts'

/** High enough for the rows of three views. */
const size = { width: 1280, height: 1400 }

/** Ends when a file lets it. */
const waitFor = (file: string) => `
import os, time
while not os.path.exists(${JSON.stringify(file)}): time.sleep(0.05)
`

describe('jobs and GPUs in VS Code', { timeout: 300_000 }, () => {
  const resources = new AsyncDisposableStack()
  const python = findTestPython(process.env)
  let workspace: TestWorkspace
  let vscode: Workbench
  let attachedPath = ''
  let launches = 0

  before(async () => {
    await bundle({ production: false })
    const folder = await mkdtemp(join(tmpdir(), 'runwright-gpus-'))
    resources.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
    process.env['RUNWRIGHT_FAKE_GPUS'] = '2x24G'
    resources.defer(() => void delete process.env['RUNWRIGHT_FAKE_GPUS'])
    workspace = resources.use(await openTestWorkspace())
    await writeFile(join(workspace.folder, 'wait.py'), waitFor('end'))
    await writeFile(join(workspace.folder, 'fail.py'), '\n\ndef fit():\n    raise ValueError("no data")\n\nfit()\n')
    await writeFile(join(workspace.folder, 'secret.mjs'), `console.log('length ' + process.env.HF_TOKEN?.length)`)
    // Stands where debugpy stands: it keeps the program waiting.
    await mkdir(join(workspace.folder, 'debugpy'))
    await writeFile(join(workspace.folder, 'debugpy/__main__.py'), waitFor('detach'))

    attachedPath = join(folder, 'attached.json')
    const extensionsFolder = join(folder, 'extensions')
    await copyExtension(extensionsFolder)
    await installPythonDebugger(extensionsFolder, attachedPath)
    vscode = resources.use(await openWorkbench({ workspace: workspace.folder, extensionsFolder, size }))
    await vscode.showRunwright()
  })
  after(() => resources.disposeAsync())

  async function launch(name: string, command: readonly string[], spec: Partial<JobSpec> = {}): Promise<Job> {
    const key = `job ${(launches += 1)}`
    const full = { ...plainSpec, command, ...spec }
    return (await workspace.client.call('jobs/launch', { key, experiment: 'digits', name, spec: full })).job
  }
  const cancel = ({ jobId }: Job) => workspace.client.call('jobs/cancel', { jobId })
  const log = (text: string) => vscode.webview().getByRole('log').getByText(text)

  it('the GPUs show who uses them and how much, and a job that waits is put before others', async () => {
    await vscode.runCommand('Runwright: Focus on Compute View')
    await vscode.row('GPU Pretended GPU 24GB, free, 0 %').first().waitFor()
    const all = { resources: { gpus: 2 } }
    const holder = await launch('holder', [python, 'wait.py'], all)
    await vscode.row('GPU Pretended GPU 24GB, holder, 95 %').nth(1).waitFor()
    const [first, second] = [await launch('first', ['true'], all), await launch('second', ['true'], all)]
    await vscode.row('Job second, queued, no. 2').waitFor()
    await vscode.row('Experiment digits, 3 runs, 1 running, 2 waiting').waitFor()
    await vscode.page.locator('.statusbar').getByText('1 running, 2 waiting').waitFor()
    // A press is lost when the row is drawn anew in its moment; one presses again.
    const promote = async () => {
      await vscode.pressAction(vscode.row('Job second, queued, no. 2'), 'Promote Job')
      await vscode.row('Job second, queued, no. 1').waitFor({ timeout: 3000 })
    }
    await promote().catch(promote)
    for (const job of [first, second, holder]) await cancel(job)
    await vscode.row('GPU Pretended GPU 24GB, free').nth(1).waitFor()
  })

  it('a traceback leads to its line, and the page is back when the window was reloaded', async () => {
    await launch('broken', [python, 'fail.py'])
    await vscode.expand(vscode.row('Done'))
    await vscode.row('Job broken, failed').click()
    await log('ValueError: no data').waitFor()
    await vscode
      .webview()
      .getByRole('link', { name: /fail\.py", line 4$/ })
      .click()
    await vscode.page.locator('.statusbar').getByText('Ln 4, Col 1').waitFor()
    await vscode.page.getByRole('tab', { name: /^broken/ }).click()
    await log('ValueError: no data').waitFor()
    await vscode.reload()
    await log('ValueError: no data').waitFor()
    await vscode.webview().getByText('exit code 1').first().waitFor()
    await vscode.runCommand('View: Close All Editors')
  })

  it('a debugger attaches where the command of a job lets it', async () => {
    await vscode.showRunwright()
    const job = await launch('debugged', [python, '-m', 'debugpy', '--listen', '45678', 'fail.py'])
    await vscode.chooseFromMenu(vscode.row('Job debugged, running'), 'Attach Debugger to Job')
    await vscode.page.locator('.debug-toolbar').waitFor()
    const { type, request, name, connect, justMyCode } = JSON.parse(await readFile(attachedPath, 'utf8'))
    assert.deepEqual(
      { type, request, name, connect, justMyCode },
      {
        type: 'debugpy',
        request: 'attach',
        name: 'Job debugged',
        connect: { host: '127.0.0.1', port: 45678 },
        justMyCode: false,
      },
    )
    await vscode.runCommand('Debug: Disconnect')
    await vscode.page.locator('.debug-toolbar').waitFor({ state: 'hidden' })
    await cancel(job)
  })

  it('a secret is asked for once, reaches the job, is in no file of the workspace, and is forgotten on request', async () => {
    const form = vscode.page.locator('.quick-input-widget')
    const openForm = async () => {
      await vscode.openFile('secret.mjs')
      await vscode.runCommand('Runwright: Train on…')
      await form.getByText('Train secret.mjs').waitFor()
    }
    await openForm()
    await vscode.pick('Secrets')
    await form.getByText(/^Names of variables/).waitFor()
    await vscode.answer('HF_TOKEN')
    await form.getByText('Train secret.mjs').waitFor()
    await vscode.page.keyboard.press('Enter')
    await form.getByText('Value of the secret HF_TOKEN').waitFor()
    await vscode.answer('hunter2')
    await log('length 7').waitFor()
    await vscode.runCommand('View: Close All Editors')

    await openForm()
    await vscode.page.keyboard.press('Enter')
    await log('length 7').waitFor()
    assert.equal(await workspace.client.call('jobs/list', {}).then(({ jobs }) => jobs[0]?.spec.secrets[0]), 'HF_TOKEN')
    assert.deepEqual(await findFilesWith(workspace.folder, 'hunter2'), [])

    await vscode.runCommand('Runwright: Forget Secret…')
    await vscode.pick('HF_TOKEN')
    await openForm()
    await vscode.page.keyboard.press('Enter')
    await form.getByText('Value of the secret HF_TOKEN').waitFor()
    await vscode.page.keyboard.press('Escape')
  })
})

/** Files below a folder that hold a text. */
async function findFilesWith(folder: string, text: string): Promise<readonly string[]> {
  const found: string[] = []
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile() && (await readFile(path)).includes(text)) found.push(path)
  }
  return found
}
