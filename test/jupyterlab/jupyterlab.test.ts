import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { chromium, type Page } from 'playwright-core'
import { type CliWorkspace, openCliWorkspace } from '../integration/cli-workspace.ts'
import { notebookIn } from '../integration/notebook-file.ts'
import { openJupyter, type TestJupyter } from '../servers/jupyter.ts'
import { findChromium } from '../webviews/chromium.ts'
import { keepPicture } from '../webviews/keep-picture.ts'

const root = join(import.meta.dirname, '../..')
const python = join(import.meta.dirname, '.venv/bin/python')
const run = promisify(execFile)

/** What opens once, on a machine that is busy. */
const firstMs = 120_000

/** Installed as its users do, into a folder that the interpreter of JupyterLab looks into as well. */
async function installPackage(folder: string): Promise<string> {
  // It is built where it lies.
  const source = join(folder, 'source')
  await cp(join(root, 'python'), source, { recursive: true, filter: (path) => !/\/(tests|__pycache__)$/.test(path) })
  const target = join(folder, 'packages')
  const offline = ['--no-build-isolation', '--no-deps', '--no-index', '--disable-pip-version-check', '--quiet']
  await run(python, ['-m', 'pip', 'install', ...offline, '--target', target, source])
  return target
}

/** The command line as it is found on the PATH. */
async function writeProgram(folder: string): Promise<string> {
  const programs = join(folder, 'bin')
  await mkdir(programs, { recursive: true })
  const command = `exec '${process.execPath}' '${join(root, 'src/cli/main.ts')}' "$@"`
  await writeFile(join(programs, 'runwright'), `#!/bin/sh\n${command}\n`, { mode: 0o755 })
  return programs
}

describe('in JupyterLab', { timeout: 600_000 }, () => {
  const resources = new AsyncDisposableStack()
  let workspace: CliWorkspace
  let server: TestJupyter
  let page: Page

  before(async () => {
    workspace = resources.use(await openCliWorkspace())
    await symlink(join(root, 'test/python/.venv'), join(workspace.folder, '.venv'))
    const own = join(workspace.folder, '.own')
    const packages = await installPackage(own)
    const programs = await writeProgram(own)
    server = resources.use(
      await openJupyter(
        python,
        ['--LabApp.news_url=', '--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate'],
        {
          module: 'jupyterlab',
          served: workspace.folder,
          env: { PYTHONPATH: packages, PATH: `${programs}${delimiter}${process.env['PATH'] ?? ''}` },
        },
      ),
    )
    const browser = await chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox', '--disable-gpu'] })
    resources.defer(() => browser.close())
    page = await browser.newPage({ viewport: { width: 1280, height: 1100 } })
    page.setDefaultTimeout(60_000)
  })
  after(() => resources.disposeAsync())

  async function open(name: string): Promise<void> {
    await page.goto(`${server.url}lab/tree/${name}?reset&token=${server.token}`)
    await page.locator('.jp-NotebookPanel .jp-Notebook').waitFor({ timeout: firstMs })
  }

  /** The table below a cell that has a text; in the page, not of its own frame. */
  const table = (...texts: readonly string[]) =>
    texts.reduce(
      (found, hasText) => found.filter({ hasText }),
      page.locator('.jp-OutputArea-output').getByRole('table'),
    )

  it('what magics showed is there as HTML in a notebook that was run here', async () => {
    const cells = [
      '%%track first --params\nlr = 0.1\nprint("trained")',
      '%%track second --params\nlr = 0.2',
      '%runs',
      '%compare first second',
    ]
    await workspace.write('saved.ipynb', notebookIn('python', '# Saved', ...cells))
    await workspace.json('notebook', 'run', 'saved.ipynb', '--in-place')
    await open('saved.ipynb')
    await page.locator('.jp-OutputArea-output').getByText('trained').waitFor()
    await table('EXPERIMENT', 'first', 'FINISHED').waitFor()
    await table('STARTED', 'first', 'second', '0.1', '0.2').waitFor()
    await table('lr', '0.1', '0.2').last().waitFor()
    await keepPicture(page, 'jupyterlab-saved')
  })

  it('the package, once installed, has the magics by “%load_ext runwright”, and its runs are the workspace’s', async () => {
    const cells = ['%load_ext runwright', '%%track in-lab --params\nlr = 0.3\nprint("in JupyterLab")', '%runs']
    await workspace.write('fresh.ipynb', notebookIn('python', '# Fresh', ...cells))
    await open('fresh.ipynb')
    await page.getByText('Python 3 (ipykernel) | Idle').waitFor({ timeout: firstMs })
    await page.getByRole('menuitem', { name: 'Run', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Run All Cells', exact: true }).click()
    await page.locator('.jp-OutputArea-output').getByText('in JupyterLab').waitFor()
    await table('EXPERIMENT', 'in-lab', 'FINISHED', '0.3').waitFor()
    await table('STARTED', 'in-lab', 'first', 'second').waitFor()
    await keepPicture(page, 'jupyterlab-fresh')
    const { run: found } = await workspace.json('runs', 'show', 'in-lab')
    assert.partialDeepStrictEqual(found, { status: 'FINISHED', params: [{ key: 'lr', value: '0.3' }] })
  })
})
