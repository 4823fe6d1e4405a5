import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { bundle } from '../../scripts/bundle.ts'
import { rootFolder } from '../../scripts/start/cli.ts'
import { openWorkbench, type Workbench } from './workbench.ts'

const execute = promisify(execFile)
const rows = (...names: readonly string[]) => ['id,name', ...names, ''].join('\n')

/** A square of one colour. */
const drawing = (color: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="8" fill="${color}"/></svg>\0`

describe('data that two branches have changed', { timeout: 300_000 }, () => {
  const resources = new AsyncDisposableStack()
  let folder: string
  let vscode: Workbench

  before(async () => {
    await bundle({ production: false })
    const parent = await realpath(await mkdtemp(join(tmpdir(), 'runwright-merge-')))
    resources.defer(() => rm(parent, { recursive: true, force: true, maxRetries: 5 }))
    folder = join(parent, 'project')
    await mkdir(join(folder, 'set'), { recursive: true })
    await git('init', '--quiet', '--initial-branch', 'main')
    await cli('init')
    await commit({ 'people.csv': rows('1,Ada', '2,Bob', '3,Eve'), 'logo.svg': drawing('black') })
    await git('checkout', '--quiet', '-b', 'side')
    await commit({ 'people.csv': rows('1,Ada', '2,Side', '3,Eve'), 'logo.svg': drawing('red') })
    await git('checkout', '--quiet', 'main')
    await cli('data', 'checkout')
    await commit({ 'people.csv': rows('1,Ada', '2,Main', '3,Eve'), 'logo.svg': drawing('blue') })
    vscode = resources.use(await openWorkbench({ workspace: folder, size: { width: 1280, height: 1400 } }))
  })
  after(() => resources.disposeAsync())

  const git = async (...args: readonly string[]) => {
    const who = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org']
    return (await execute('git', [...who, ...args], { cwd: folder })).stdout
  }
  const cli = (...words: readonly string[]) =>
    execute(process.execPath, [join(rootFolder, 'dist/cli.js'), ...words], { cwd: folder })
  const commit = async (files: Readonly<Record<string, string>>) => {
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, 'set', name), content)
    await cli('data', 'add', 'set')
    await git('add', '--all')
    await git('commit', '--quiet', '--message', 'Data')
  }
  const editor = () => vscode.page.locator('.merge-editor')

  it('is shown with its files when git merges', async () => {
    await vscode.showRunwright()
    await vscode.runCommand('Runwright: Focus on Data View')
    await vscode.row('Data set, clean').waitFor()
    await assert.rejects(git('merge', 'side'))
    await vscode.row('Data set, in conflict').waitFor()
    await vscode.row('File people.csv, changed in both, ours 27 B, theirs 27 B').waitFor()
    await vscode.row('File logo.svg, changed in both').waitFor()
  })

  it('takes a side of what is no text, once both were compared', async () => {
    await vscode.row('File logo.svg').click()
    await vscode.pick('Compare Ours with Theirs')
    await vscode.webview().getByRole('heading', { level: 1, name: 'set/logo.svg' }).waitFor()
    await vscode.runCommand('View: Close All Editors')
    await vscode.chooseFromMenu(vscode.row('File logo.svg'), 'Take Theirs')
    await vscode.row('File logo.svg, decided: theirs').waitFor()
  })

  it('opens a text in the merge editor, and takes what is made there', async () => {
    await vscode.row('File people.csv').click()
    await editor().getByText('1 Conflict Remaining').waitFor()
    await editor().getByText('Theirs', { exact: true }).first().waitFor()
    await editor().getByText('Accept Ours', { exact: true }).click()
    await editor().getByText('0 Conflicts Remaining').waitFor()
    await vscode.page.getByRole('button', { name: 'Take Merged File' }).first().click()
    await vscode.row('Data set, 1 file changed').waitFor()
    await editor().waitFor({ state: 'detached' })
  })

  it('tells git and checks out when asked to', async () => {
    const told = vscode.notification('Nothing is in conflict in set.dvc any more.')
    await told.getByRole('button', { name: 'Stage and Check Out' }).click()
    await vscode.row('Data set, clean').waitFor()
    assert.equal(await git('status', '--porcelain', 'set.dvc'), 'M  set.dvc\n')
    assert.equal(await readFile(join(folder, 'set/logo.svg'), 'utf8'), drawing('red'))
    assert.equal(await readFile(join(folder, 'set/people.csv'), 'utf8'), rows('1,Ada', '2,Main', '3,Eve'))
  })
})
