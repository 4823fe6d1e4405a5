import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { after, before, describe, it } from 'node:test'
import { type Browser, chromium, type Page } from 'playwright-core'
import { bundle } from '../../scripts/bundle.ts'
import type { SavedView } from '../../src/protocol/saved-view.ts'
import { exportView } from '../../src/views/export-view.ts'
import { openTestWorkspace, type TestWorkspace } from '../vscode/workspace.ts'
import { findChromium } from './chromium.ts'
import { findViolations } from './find-violations.ts'
import { keepPicture } from './keep-picture.ts'
import { accuracy, fewRuns, optimizer, seeRows } from './open-runs-tab.ts'
import { curvesOf, emptyView } from './views.ts'

const webviewFolder = join(import.meta.dirname, '../../dist/webviews')

describe('a view as one HTML page', () => {
  let workspace: TestWorkspace
  let browser: Browser
  let folder: string
  let path: string
  let view: SavedView

  before(async () => {
    await bundle({ production: true })
    workspace = await openTestWorkspace()
    folder = await mkdtemp(join(tmpdir(), 'runwright-page-'))
    path = join(folder, 'page.html')
    const chosen = []
    for (const run of fewRuns) chosen.push(await workspace.logRun('digits', run))
    const order = [{ column: { kind: 'attribute', key: 'run_name' }, descending: false }] as const
    view = {
      ...emptyView,
      title: 'Of </script> & "friends"',
      experiments: ['digits'],
      columns: [accuracy, optimizer],
      order,
      chosen: chosen.slice(0, 2),
      charts: [curvesOf('accuracy')],
    }
    const signal = new AbortController().signal
    await exportView(path, { client: workspace.client, view, format: 'html', signal, webviewFolder, language: 'en' })
    browser = await chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox', '--disable-gpu'] })
  })
  after(async () => {
    await browser?.close()
    await workspace[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  async function open(): Promise<{ page: Page; errors: string[]; asked: string[] }> {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
    page.setDefaultTimeout(30_000)
    const [errors, asked]: [string[], string[]] = [[], []]
    page.on('pageerror', (error) => errors.push(String(error)))
    page.on('console', (message) => void (message.type() === 'error' && errors.push(message.text())))
    page.on('request', (request) => asked.push(request.url()))
    await page.goto(pathToFileURL(path).href)
    await page.getByRole('status').filter({ hasText: '4 of 4 runs' }).waitFor()
    return { page, errors, asked }
  }

  it('opens from a disk and asks for nothing else', async () => {
    const { page, errors, asked } = await open()
    await seeRows(page, 'a b c d')
    assert.equal(await page.title(), 'Of </script> & "friends"')
    assert.deepEqual(asked, [pathToFileURL(path).href])
    assert.equal(await page.getByRole('button', { name: 'Save View' }).isVisible(), false)
    assert.deepEqual(errors, [])
    await keepPicture(page, 'page-runs')
    assert.deepEqual(await findViolations(page, '#panel-runs'), [])
    await page.close()
  })

  it('still sorts, filters and groups its runs', async () => {
    const { page, errors } = await open()
    await page.getByRole('columnheader', { name: 'Metric accuracy' }).click()
    await seeRows(page, 'b a d c')
    const box = page.getByRole('combobox', { name: 'Filter runs' })
    await box.fill("accuracy >= 0.5 AND optimizer = 'adam'")
    await box.press('Enter')
    await seeRows(page, 'a')
    await box.fill('accuracy ?')
    await box.press('Enter')
    await page.getByRole('alert').filter({ hasText: 'at character 10' }).waitFor()
    await box.fill('')
    await box.press('Enter')
    await page.getByRole('button', { name: 'Facets' }).click()
    await page.getByRole('checkbox', { name: 'sgd 1' }).check()
    await seeRows(page, 'c')
    assert.deepEqual(errors, [])
    await page.close()
  })

  it('draws the curves and shows the differences of the chosen runs', async () => {
    const { page, errors } = await open()
    await page.getByRole('tab', { name: 'Charts' }).click()
    await page.getByText(/accuracy of 2 runs: best 0\.5/).waitFor({ state: 'attached' })
    await page.getByRole('tab', { name: 'Differences' }).click()
    await page.getByRole('table', { name: 'Differences between 2 runs' }).waitFor()
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Open as Markdown' }).click()
    assert.match(await readFile(await (await download).path(), 'utf8'), /^# Comparison of Runs/)
    assert.deepEqual(errors, [])
    await page.close()
  })
})
