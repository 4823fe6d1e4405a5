import assert from 'node:assert/strict'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { bundle } from '../../scripts/bundle.ts'
import { runPython } from '../servers/run-python.ts'
import { findTestPython } from '../servers/test-python.ts'
import { answerFileDialog } from './file-dialog.ts'
import { openWorkbench, type Workbench } from './workbench.ts'
import { openTestWorkspace, type TestWorkspace } from './workspace.ts'

describe('exports of a view', { timeout: 300_000 }, () => {
  const resources = new AsyncDisposableStack()
  let workspace: TestWorkspace
  let vscode: Workbench

  before(async () => {
    await bundle({ production: false })
    workspace = resources.use(await openTestWorkspace())
    await workspace.logRun('digits', { name: 'low', params: { lr: 0.1 }, metrics: { loss: [1, 0.5] } })
    await workspace.logRun('digits', { name: 'a, "b"', params: { lr: 0.2 }, metrics: { loss: [1, 0.25] } })
    vscode = resources.use(await openWorkbench({ workspace: workspace.folder }))
    await vscode.showRunwright()
    await vscode.pressAction(vscode.row('Experiment digits, 2 runs'), 'Open Run Table')
    await view().getByRole('status').filter({ hasText: '2 of 2 runs' }).waitFor()
  })
  after(() => resources.disposeAsync())

  const view = () => vscode.webview()

  /** Answers the dialog that asks where to, and waits until the file is there whole: it appears complete or not at all. */
  async function saveAs(name: string, proposed: string): Promise<Buffer> {
    const path = join(workspace.folder, name)
    await answerFileDialog(vscode, proposed, path)
    const deadline = Date.now() + 20_000
    while (Date.now() < deadline) {
      const { size } = await stat(path).catch(() => ({ size: 0 }))
      if (size > 0) return readFile(path)
      await delay(50)
    }
    throw new Error(`${name} was not written.`)
  }

  async function exportRuns(name: string): Promise<Buffer> {
    await view().getByRole('button', { name: 'Export Runs …' }).click()
    return saveAs(name, 'digits.csv')
  }

  it('writes its runs as CSV and as Markdown', async () => {
    const csv = (await exportRuns('runs.csv')).toString('utf8').trimEnd().split('\n')
    const head = csv[0]?.split(',') ?? []
    assert.deepEqual(head.slice(0, 3), ['run_id', 'run_name', 'status'])
    const place = head.indexOf('metrics.loss')
    assert.ok(place > 0, csv[0])
    assert.equal(csv.length, 3)
    const low = csv.find((line) => line.includes(',low,'))?.split(',') ?? []
    assert.deepEqual([low[place], low[head.indexOf('params.lr')]], ['0.5', '0.1'])
    assert.ok(
      csv.some((line) => line.includes('"a, ""b"""')),
      csv.join('\n'),
    )
    const markdown = (await exportRuns('runs.md')).toString('utf8')
    assert.match(markdown, /^# digits\n/)
    assert.match(markdown, /\| low \|.*\| 0\.5 \|/)
  })

  it('writes its runs as Parquet, with their types', async () => {
    await exportRuns('runs.parquet')
    const { uri, token } = await workspace.client.tracking()
    const read = await runPython({
      python: findTestPython(process.env),
      script: 'read_parquet.py',
      folder: workspace.folder,
      server: { uri, token },
    })
    // SAFETY: what the script prints.
    const { types, rows } = read as { types: Record<string, string>; rows: Record<string, unknown>[] }
    assert.equal(types['metrics.loss'], 'double')
    assert.deepEqual(rows.map((row) => row['metrics.loss']).toSorted(), [0.25, 0.5])
  })

  it('writes a page that opens without a server', async () => {
    await exportRuns('runs.html')
    const page = await vscode.page.context().newPage()
    await page.goto(pathToFileURL(join(workspace.folder, 'runs.html')).href)
    await page.getByRole('status').filter({ hasText: '2 of 2 runs' }).waitFor()
    await page.getByRole('gridcell', { name: 'a, "b"' }).first().waitFor()
    await page.close()
  })

  it('writes a chart as PNG and as SVG', async () => {
    await view().getByRole('tab', { name: 'Charts' }).click()
    const more = view().getByRole('button', { name: 'More Actions for loss' })
    const pick = async (entry: string) => {
      await more.click()
      await view().getByRole('menuitem', { name: entry }).click()
    }
    await view().locator('.chart .plot-data').first().waitFor()
    await pick('Export as PNG…')
    const png = await saveAs('loss.png', 'loss.png')
    assert.equal(png.toString('latin1', 1, 4), 'PNG')
    assert.ok(png.readUInt32BE(16) >= 200 && png.readUInt32BE(20) >= 100, 'width and height')
    await pick('Export as SVG…')
    const svg = (await saveAs('loss.svg', 'loss.svg')).toString('utf8')
    assert.match(svg, /^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/)
    assert.ok(svg.includes('<path'))
  })

  it('writes nothing where the dialog was left', async () => {
    await view().getByRole('tab', { name: 'Runs', exact: true }).click()
    await view().getByRole('button', { name: 'Export Runs …' }).click()
    const box = vscode.page.locator('.quick-input-widget')
    await box.getByRole('textbox').waitFor()
    await vscode.page.keyboard.press('Escape')
    await box.waitFor({ state: 'hidden' })
    const files = await readdir(workspace.folder)
    const written = ['loss.png', 'loss.svg', 'runs.csv', 'runs.html', 'runs.md', 'runs.parquet']
    assert.deepEqual(files.filter((name) => /^(runs|loss|digits)/.test(name)).toSorted(), written)
  })
})
