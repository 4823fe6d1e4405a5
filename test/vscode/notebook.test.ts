import assert from 'node:assert/strict'
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { bundle } from '../../scripts/bundle.ts'
import type { Kernel } from '../../src/protocol/kernels.ts'
import { until } from '../until.ts'
import { createNotebookEditor, eventually, type NotebookEditor } from './notebook-editor.ts'
import { openWorkbench, type Workbench } from './workbench.ts'
import { openTestWorkspace, type TestWorkspace } from './workspace.ts'

const root = join(import.meta.dirname, '../..')

function numbersTo(count: number): string {
  return Array.from({ length: count }, (_, number) => `${number}\n`).join('')
}

/** Prints flushed numbers until a file is there, and how many it were. */
const slow = `import os, time
number = 0
while not os.path.exists('stop'):
    print(number, flush=True)
    number += 1
    time.sleep(0.005)
open('count', 'w').write(str(number))`

const rich = `from IPython.display import HTML, JSON, Latex, clear_output, display
handle = display(HTML('<b>first</b>'), display_id=True)
print('gone')
clear_output(wait=True)
handle = display(HTML('<b>first</b>'), display_id=True)
handle.update(HTML('<b>second</b>'))
display(Latex('$x^2$'), JSON({'a': [1]}))
'last'`

describe('notebooks in VS Code', { timeout: 420_000 }, () => {
  const resources = new AsyncDisposableStack()
  let workspace: TestWorkspace
  let vscode: Workbench

  let notebook: NotebookEditor
  const cells = () => notebook.cells()
  const inCells = (state: string) => notebook.inCells(state)
  const outputs = () => notebook.outputs()
  const show = (name: string) => notebook.show(name)
  const openNotebook = (...asked: Parameters<NotebookEditor['open']>) => notebook.open(...asked)
  const saved = (name: string) => notebook.saved(name)
  const printed = (name: string, index: number) => notebook.printed(name, index)

  async function kernelOf(name: string): Promise<Kernel> {
    const { kernels } = await workspace.client.call('kernels/list', {})
    return kernels.find((each) => each.name === name) ?? assert.fail(`no kernel of ${name}`)
  }

  before(async () => {
    await bundle({ production: false })
    workspace = resources.use(await openTestWorkspace())
    resources.defer(async () => {
      const { kernels } = await workspace.client.call('kernels/list', {})
      for (const { kernelId } of kernels) await workspace.client.call('kernels/shutdown', { kernelId })
    })
    await symlink(join(root, 'test/python/.venv'), join(workspace.folder, '.venv'))
    await mkdir(join(workspace.folder, 'data'))
    await cp(join(root, 'sample-workspace/data/digits.csv'), join(workspace.folder, 'data/digits.csv'))
    for (const name of ['explore.ipynb', 'train.ipynb', 'digits.ts', 'model.ts', 'random.ts', 'package.json']) {
      await cp(join(root, 'sample-workspace', name), join(workspace.folder, name))
    }
    await symlink(join(root, 'sample-workspace/node_modules'), join(workspace.folder, 'node_modules'))
    const size = { width: 1280, height: 1400 }
    vscode = resources.use(await openWorkbench({ workspace: workspace.folder, size }))
    // A window that is left while a cell prints has always something that is not saved.
    vscode.page.on('dialog', (dialog) => void dialog.accept())
    notebook = createNotebookEditor(vscode, workspace.folder)
  })
  after(() => resources.disposeAsync())

  it('run the sample from top to bottom, in the environment of the workspace, and keep what they show', async () => {
    await openNotebook('explore.ipynb')
    const shown = await notebook.runAll('explore.ipynb')
    assert.ok(shown.some((each) => each.output_type === 'execute_result' && 'text/html' in each.data))
  })

  it('run the sample that trains in JavaScript, without Python', async () => {
    await openNotebook('train.ipynb', undefined, 'JavaScript (Node')
    const shown = await notebook.runAll('train.ipynb')
    const printed = shown.flatMap((each) => (each.output_type === 'stream' ? each.text : [])).join('')
    assert.match(printed, /TensorFlow\.js 4\S+ computes by wasm/)
    assert.ok(Number(/test accuracy (\S+)/.exec(printed)?.[1]) > 0.9, printed)
    assert.ok(shown.some((each) => each.output_type === 'execute_result' && 'image/svg+xml' in each.data))
  })

  it('show displays as they are updated and cleared, in the order they came', async () => {
    await openNotebook('rich.ipynb', [rich])
    await vscode.runCommand('Notebook: Run All')
    await inCells('success').waitFor({ timeout: 60_000 })
    await outputs().getByText('second').waitFor()
    await eventually(async () => {
      const [cell] = await saved('rich.ipynb')
      const shown = (cell?.outputs ?? []).map((each) => ('data' in each ? Object.keys(each.data) : each.output_type))
      assert.equal(shown.length, 4, JSON.stringify(cell?.outputs))
      assert.match(JSON.stringify(cell?.outputs?.[0]), /second/)
      assert.ok(shown[1]?.includes('text/latex'))
      assert.ok(shown[2]?.includes('application/json'))
      assert.match(JSON.stringify(cell?.outputs?.[3]), /'last'/)
    })
  })

  it('ask for input where a cell does', async () => {
    await openNotebook('input.ipynb', [`name = input('Who? ')\nprint('It is', name)`])
    await vscode.runCommand('Notebook: Run All')
    await vscode.page.locator('.quick-input-widget').getByText('Who?').waitFor({ timeout: 60_000 })
    await vscode.answer('ada')
    await inCells('success').waitFor()
    await eventually(async () => assert.equal(await printed('input.ipynb', 0), 'It is ada\n'))
  })

  it('are interrupted, and the cells behind do not run', async () => {
    await openNotebook('interrupt.ipynb', [`print('begun')\nwhile True: pass`, `print('not reached')`])
    await vscode.runCommand('Notebook: Run All')
    await outputs().getByText('begun').waitFor({ timeout: 60_000 })
    await vscode.runCommand('Notebook: Interrupt')
    await inCells('error').waitFor()
    await outputs().getByText('KeyboardInterrupt').first().waitFor()
    await eventually(async () => {
      const kept = await saved('interrupt.ipynb')
      assert.deepEqual(
        kept[0]?.outputs?.map((each) => each.output_type),
        ['stream', 'error'],
      )
      assert.deepEqual(kept[1]?.outputs, [])
    })
  })

  it('have all output, in order, once, after the window was reloaded in the midst of a cell', async () => {
    const name = 'reload.ipynb'
    await openNotebook(name, [slow, `print('behind')`])
    await vscode.runCommand('Notebook: Run All')
    await inCells('executing').first().waitFor({ timeout: 60_000 })
    await until(async () => (await kernelOf(name)).lastSeq > 50, 60_000)
    await vscode.reload()
    await cells().first().waitFor()
    await inCells('executing').first().waitFor({ timeout: 60_000 })
    await writeFile(join(workspace.folder, 'stop'), '')
    await inCells('success').nth(1).waitFor({ timeout: 60_000 })
    const count = Number(await readFile(join(workspace.folder, 'count'), 'utf8'))
    await eventually(async () => assert.equal(await printed(name, 0), numbersTo(count)))
    await eventually(async () => assert.equal(await printed(name, 1), 'behind\n'))
  })

  it('show how a cell ended that did so while no window was there', async () => {
    const name = 'away.ipynb'
    const code = `import os, time\nprint('begun', flush=True)\nwhile not os.path.exists('go'): time.sleep(0.02)\nprint('done')\n1 / 0`
    await openNotebook(name, [code])
    await vscode.runCommand('Notebook: Run All')
    await outputs().getByText('begun').waitFor({ timeout: 60_000 })
    const address = vscode.page.url()
    await vscode.page.goto('about:blank')
    await writeFile(join(workspace.folder, 'go'), '')
    await until(async () => (await kernelOf(name)).status === 'idle')
    await vscode.page.goto(address)
    // A window that was left so soon may not have kept that the notebook was open.
    await show(name)
    await inCells('error').waitFor({ timeout: 90_000 })
    await eventually(async () => {
      const [cell] = await saved(name)
      assert.deepEqual(
        cell?.outputs?.map((each) => each.output_type),
        ['stream', 'error'],
      )
    })
    await eventually(async () => assert.equal(await printed(name, 0), 'begun\ndone\n'))
  })

  it('stay quick under much output, and open all of it', async () => {
    const name = 'much.ipynb'
    await openNotebook(name, [`for number in range(200_000): print(number)`])
    await vscode.runCommand('Notebook: Run All')
    await inCells('success').waitFor({ timeout: 120_000 })
    await eventually(async () => {
      const text = await printed(name, 0)
      assert.ok(text.length > 900_000 && text.length <= 1_000_000, `${text.length}`)
      assert.ok(numbersTo(200_000).startsWith(text))
    })
    await cells().getByRole('button', { name: 'Open Full Output' }).click()
    await vscode.page.getByRole('tab', { name: /^[0-9a-f]{32}\.txt/ }).waitFor()
    await vscode.page.locator('.editor-instance .view-lines').first().click()
    await vscode.page.keyboard.press('Control+End')
    await vscode.page.locator('.view-lines').getByText('199999').waitFor()
  })

  it('complete names from the live kernel, and list its variables', async () => {
    const name = 'complete.ipynb'
    await openNotebook(name, ['a_name_of_the_kernel = 1', 'a_name_of_'])
    await vscode.runCommand('Notebook: Run All')
    await inCells('error').waitFor({ timeout: 60_000 })
    await cells().nth(1).locator('.view-lines').click()
    await vscode.page.keyboard.press('End')
    await vscode.page.keyboard.press('Control+Space')
    await vscode.page.locator('.suggest-widget').getByText('a_name_of_the_kernel').first().waitFor()
    await vscode.page.keyboard.press('Escape')
    await vscode.runCommand('Runwright: Show Variables…')
    const variable = vscode.page
      .locator('.quick-input-widget')
      .getByRole('option', { name: /^a_name_of_the_kernel, int/ })
    await variable.waitFor()
    await vscode.page.keyboard.press('Escape')
  })

  it('offer kernels in groups, those that run among them, and share one that is chosen', async () => {
    await openNotebook('shared.ipynb', [`print(a_name_of_the_kernel)`])
    await vscode.runCommand('Runwright: Choose Kernel…')
    const list = vscode.page.locator('.quick-input-widget')
    await list.getByText('Last used').waitFor()
    await list.getByText('Running kernels').waitFor()
    await vscode.pick('complete.ipynb')
    await vscode.runCommand('Notebook: Run All')
    await inCells('success').waitFor({ timeout: 60_000 })
    await eventually(async () => assert.equal(await printed('shared.ipynb', 0), '1\n'))
  })

  it('begin anew when their kernel is restarted', async () => {
    await vscode.runCommand('Runwright: Restart Kernel')
    await vscode.runCommand('Notebook: Run All')
    await inCells('error').waitFor({ timeout: 60_000 })
    await outputs().getByText('NameError').first().waitFor()
    // A frame of a traceback leads to its line.
    await outputs().getByRole('link', { name: 'line 1' }).first().waitFor()
  })

  it('mark cells stale whose code or inputs have changed since they ran', async () => {
    const name = 'stale.ipynb'
    await openNotebook(name, ['x = 1', 'y = x + 1', 'print(y)', 'print("apart")'])
    await vscode.runCommand('Notebook: Run All')
    await inCells('success').nth(3).waitFor({ timeout: 60_000 })
    const stale = cells().getByRole('button', { name: /^Stale\. / })
    assert.equal(await stale.count(), 0)
    await cells().first().locator('.view-lines').click()
    await vscode.page.keyboard.press('End')
    await vscode.page.keyboard.type('0')
    await cells().first().getByRole('button', { name: 'Stale. Its code has changed since it ran.' }).waitFor()
    const comesFrom = cells()
      .nth(2)
      .getByRole('button', { name: /^Stale\. Cell \[2\], which gives y/ })
    await comesFrom.waitFor()
    assert.equal(await stale.count(), 3)
    // The window that comes next knows it, too.
    await eventually(async () => assert.match(String((await saved(name))[0]?.source), /10/))
    await vscode.reload()
    await comesFrom.waitFor({ timeout: 60_000 })
    assert.equal(await stale.count(), 3)
    await comesFrom.click()
    await stale.first().waitFor({ state: 'detached' })
    await eventually(async () => assert.equal(await printed(name, 2), '11\n'))
    assert.equal(await stale.count(), 0)
    await eventually(async () => {
      assert.deepEqual(
        (await saved(name)).map((cell) => cell.execution_count),
        [5, 6, 7, 4],
      )
    })
  })

  it('are run again in a fresh kernel, and it is told which outputs changed', async () => {
    const name = 'again.ipynb'
    const count = `open('runs', 'a').write('x')\nprint(len(open('runs').read()), 'runs')`
    await openNotebook(name, [`print('same')`, count, 'object()'])
    await vscode.runCommand('Notebook: Run All')
    await inCells('success').nth(2).waitFor({ timeout: 60_000 })
    await vscode.runCommand('Runwright: Restart Kernel, Run All and Compare')
    const told = vscode.notification('Cells that show something else than before: 1 of 3.')
    await told.waitFor({ timeout: 60_000 })
    await told.getByRole('button', { name: 'Show Changes' }).click()
    await vscode.page.getByRole('tab', { name: 'Outputs of again.ipynb: before ↔ now' }).waitFor()
    const sides = vscode.page.locator('.multiDiffEntry')
    await sides.getByText('1 runs').waitFor()
    await sides.getByText('2 runs').waitFor()
    await sides.getByText('cell 2.txt').first().waitFor()
  })
})
