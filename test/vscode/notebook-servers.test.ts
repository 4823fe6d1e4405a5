import assert from 'node:assert/strict'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { bundle } from '../../scripts/bundle.ts'
import { findFreePorts } from '../servers/free-ports.ts'
import { askPassword, openHeaderProxy, openTlsProxy } from '../servers/jupyter-doors.ts'
import { openJupyter, type TestJupyter } from '../servers/jupyter.ts'
import { findTestPython } from '../servers/test-python.ts'
import { createNotebookEditor, eventually, newNotebook, type NotebookEditor } from './notebook-editor.ts'
import { openWorkbench, type Workbench } from './workbench.ts'
import { openTestWorkspace, type TestWorkspace } from './workspace.ts'

const password = 'pass5ecret'

describe('Jupyter servers in VS Code', { timeout: 300_000 }, () => {
  const resources = new AsyncDisposableStack()
  let server: TestJupyter
  let workspace: TestWorkspace
  let vscode: Workbench
  let notebook: NotebookEditor

  const input = () => vscode.page.locator('.quick-input-widget')
  const seeTitle = (title: string) => input().locator('.quick-input-title').getByText(title, { exact: true }).waitFor()
  const seeMessage = (message: RegExp) => input().locator('.quick-input-message').getByText(message).waitFor()
  const label = () => new URL(server.url).host + '/base'

  before(async () => {
    await bundle({ production: false })
    server = resources.use(await openJupyter(findTestPython(process.env), [askPassword(password)]))
    workspace = resources.use(await openTestWorkspace())
    resources.defer(async () => {
      const { kernels } = await workspace.client.call('kernels/list', {})
      for (const { kernelId } of kernels) await workspace.client.call('kernels/shutdown', { kernelId })
    })
    await writeFile(join(workspace.folder, 'far.ipynb'), newNotebook(['import os\nprint(os.getcwd())'], 'python'))
    vscode = resources.use(await openWorkbench({ workspace: workspace.folder, keepsSecrets: true }))
    notebook = createNotebookEditor(vscode, workspace.folder)
    await notebook.show('far.ipynb')
  })
  after(() => resources.disposeAsync())

  /** The list is longer than what is drawn of it. */
  async function findServer(entry: string): Promise<void> {
    await vscode.runCommand('Runwright: Choose Kernel…')
    await seeTitle('Choose a Kernel')
    await input().getByRole('textbox').fill(entry)
  }

  async function chooseServer(entry: string): Promise<void> {
    await findServer(entry)
    await vscode.pick(entry)
  }

  it('are asked at once whether they are there and let one in, and what they say is shown where it was entered', async () => {
    await chooseServer('Jupyter Server…')
    await seeTitle('Jupyter Server')
    const [port] = await findFreePorts(1)
    await vscode.answer(`http://127.0.0.1:${port}/lab?token=some`)
    await seeTitle(`Token for 127.0.0.1:${port}`)
    await vscode.page.keyboard.press('Enter')
    await seeMessage(/127\.0\.0\.1:\d+ cannot be reached \(ECONNREFUSED\)/)

    await input().getByRole('button', { name: 'Back' }).click()
    await seeTitle('Jupyter Server')
    await vscode.answer(server.url)
    await seeTitle(label())
    await vscode.pick('Token')
    await seeTitle(`Token for ${label()}`)
    await vscode.answer('expired')
    await seeMessage(/does not accept what was entered/)
    await vscode.answer(server.token)
    await seeTitle(label())
    await input().getByText('Jupyter kernelspecs').waitFor()
    await vscode.pick('Python 3 (ipykernel)')
    await vscode.page.locator('.kernel-label').getByText('Python 3 (ipykernel)').first().waitFor()
  })

  it('run the cells of a notebook in their own folders, and nothing that is written has the token', async () => {
    await notebook.runAll('far.ipynb')
    assert.equal(await notebook.printed('far.ipynb', 0), `${server.home}\n`)
    const files = await readdir(workspace.folder, { recursive: true, withFileTypes: true })
    for (const file of files.filter((each) => each.isFile())) {
      // What the engine writes beside and renames may be gone by now.
      const content = await readFile(join(file.parentPath, file.name), 'latin1').catch(() => '')
      assert.ok(!content.includes(server.token), `${file.name} has the token`)
    }
    for (const id of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
      const words = await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')
      assert.ok(!words.includes(server.token), `a command line has the token: ${words}`)
    }
  })

  it('let one in without being asked after a reload of the window, when no engine knows any more by what', async () => {
    await vscode.runCommand('Runwright: Restart Engine')
    await vscode.reload()
    await notebook.show('far.ipynb')
    await chooseServer(label())
    await seeTitle(label())
    await input().getByText('Jupyter kernelspecs').waitFor()
    await vscode.page.keyboard.press('Escape')
  })

  it('are remembered, with the kernels that run there and what lets one in, until they are forgotten', async () => {
    await chooseServer(label())
    await seeTitle(label())
    await input().getByText('Running kernels').waitFor()
    await vscode.pick('far.ipynb')
    await notebook.cells().first().locator('.view-lines').click()
    await vscode.page.keyboard.press('Control+End')
    await vscode.page.keyboard.type('\nprint("again")')
    await vscode.runCommand('Notebook: Run All')
    await eventually(async () => assert.match(await notebook.printed('far.ipynb', 0), /again\n$/), 60_000)

    await vscode.runCommand('Runwright: Forget Jupyter Server…')
    await vscode.pick(label())
    await findServer('Jupyter Server')
    await input().getByText('Jupyter Server…').waitFor()
    assert.equal(await input().getByText('remembered').count(), 0)
    await vscode.page.keyboard.press('Escape')
  })

  it('ask for a password or for the header of a proxy, and say of each what is wrong with it', async () => {
    await using open = await openJupyter(findTestPython(process.env), ['--IdentityProvider.token='])
    await using proxy = await openHeaderProxy(Number(new URL(open.url).port), 'x-lab-key: key5ecret')
    const behind = `127.0.0.1:${proxy.port}/base`
    for (const { address, title, way, wrong, refusal, right } of [
      {
        address: server.url,
        title: label(),
        way: 'Password',
        wrong: 'wr0ng',
        refusal: /does not accept the password/,
        right: password,
      },
      {
        address: `http://${behind}/`,
        title: behind,
        way: 'Header',
        wrong: 'key0',
        refusal: /does not accept what was entered.*who keeps a proxy/,
        right: 'key5ecret',
      },
    ]) {
      await chooseServer('Jupyter Server…')
      await vscode.answer(address)
      await seeTitle(title)
      await vscode.pick(way)
      if (way === 'Header') await vscode.answer('X-Lab-Key')
      await seeTitle(`${way === 'Header' ? 'Value of the header' : way} for ${title}`)
      await vscode.answer(wrong)
      await seeMessage(refusal)
      await vscode.answer(right)
      await input().getByText('Jupyter kernelspecs').waitFor()
      await vscode.page.keyboard.press('Escape')
    }
  })

  it('whose certificate nobody trusts are not asked to let one in, and say what to do', async () => {
    await using tls = await openTlsProxy(Number(new URL(server.url).port))
    await chooseServer('Jupyter Server…')
    await vscode.answer(`https://127.0.0.1:${tls.port}/base/?token=${server.token}`)
    await seeTitle(`Token for 127.0.0.1:${tls.port}/base`)
    await vscode.page.keyboard.press('Enter')
    await seeMessage(
      /certificate of 127\.0\.0\.1:\d+ is not trusted here \(DEPTH_ZERO_SELF_SIGNED_CERT\).*NODE_EXTRA_CA_CERTS/,
    )
    await vscode.page.keyboard.press('Escape')
  })
})
