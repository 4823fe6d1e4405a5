import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { before, describe, it } from 'node:test'
import type { Page } from 'playwright-core'
import { bundle } from '../../scripts/bundle.ts'
import type { RunId } from '../../src/protocol/ids.ts'
import type { ChartSpec, CurveChartSpec, SavedView } from '../../src/protocol/saved-view.ts'
import { until } from '../until.ts'
import { openTestWorkspace, type TestWorkspace } from '../vscode/workspace.ts'
import { findFilledColumns, readPicture } from './chart-pixels.ts'
import { findViolations } from './find-violations.ts'
import { openCompareView, type OpenView, seeView } from './open-view.ts'
import { themes } from './themes.ts'
import { curvesOf, emptyView } from './views.ts'

const curves = curvesOf('loss')
const red = '#d01010'
const green = '#10a010'

/** Two runs of 100 steps: one falls from 1 to 0.01, the other one rises; a spike at step 50. */
async function logTwoRuns(workspace: TestWorkspace): Promise<{ falling: RunId; rising: RunId }> {
  const steps = Array.from({ length: 100 }, (_, step) => step)
  const falling = await workspace.logRun('digits', {
    name: 'falling',
    params: { lr: 0.1, optimizer: 'sgd' },
    metrics: { loss: steps.map((step) => 1 - step / 100), accuracy: steps.map((step) => step / 100) },
  })
  const rising = await workspace.logRun('digits', {
    name: 'rising',
    params: { lr: 0.01, optimizer: 'adam' },
    metrics: { loss: steps.map((step) => (step === 50 ? 3 : step / 100)), accuracy: steps.map(() => 0.5) },
  })
  return { falling, rising }
}

interface Shown extends AsyncDisposable {
  readonly open: OpenView
  readonly page: Page
  readonly workspace: TestWorkspace
  readonly runs: { falling: RunId; rising: RunId }
}

async function openCharts(change: Partial<SavedView> = {}): Promise<Shown> {
  await using resources = new AsyncDisposableStack()
  const workspace = resources.use(await openTestWorkspace())
  const runs = await logTwoRuns(workspace)
  const chosen = [runs.falling, runs.rising]
  const colors = { [runs.falling]: red, [runs.rising]: green }
  const view = { ...emptyView, experiments: ['digits'], tab: 'charts' as const, chosen, colors, ...change }
  const open = resources.use(await openCompareView({ client: workspace.client, view, theme: themes.darkModern }))
  const moved = resources.move()
  return { open, page: open.page, workspace, runs, [Symbol.asyncDispose]: () => moved.disposeAsync() }
}

const chart = (page: Page, name: string | RegExp) => page.getByRole('figure', { name })

/** Waits until a chart has something to say of its curves, which it has once they are there. */
async function waitForCurves(page: Page, name: string, words: RegExp = /best/): Promise<void> {
  await chart(page, name).getByText(words).first().waitFor({ state: 'attached' })
  // What is said follows the data at once, the picture with the next frame.
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')
}

/** The pixels of a colour in a chart's data: how many, and the box that they fill, in shares of the canvas. */
async function findColor(page: Page, name: string, color: string) {
  const rgb = [1, 3, 5].map((start) => Number.parseInt(color.slice(start, start + 2), 16))
  const canvas = chart(page, name).locator('canvas.plot-data')
  return canvas.evaluate((element, [red = 0, green = 0, blue = 0]) => {
    // SAFETY: the locator names a canvas; the tests are compiled without the browser's types.
    const canvas = element as unknown as {
      width: number
      height: number
      getContext(kind: '2d'): { getImageData(...box: number[]): { data: Uint8ClampedArray } }
    }
    const { width, height } = canvas
    const { data } = canvas.getContext('2d').getImageData(0, 0, width, height)
    const found = { count: 0, left: 1, right: 0, top: 1, bottom: 0 }
    for (let pixel = 0; pixel < width * height; pixel++) {
      const isNear = (offset: number, value: number) => Math.abs((data[pixel * 4 + offset] ?? 0) - value) < 24
      if ((data[pixel * 4 + 3] ?? 0) < 128 || !isNear(0, red) || !isNear(1, green) || !isNear(2, blue)) continue
      const [x, y] = [(pixel % width) / width, Math.floor(pixel / width) / height]
      found.count += 1
      found.left = Math.min(found.left, x)
      found.right = Math.max(found.right, x)
      found.top = Math.min(found.top, y)
      found.bottom = Math.max(found.bottom, y)
    }
    return found
  }, rgb)
}

/** Those of the spikes that reach the upper part of the picture, where nothing else is. */
async function findSpikes(
  page: Page,
  spikes: readonly number[],
  { min, max }: { min: number; max: number },
): Promise<number[]> {
  const { width, filled } = await findFilledColumns(chart(page, 'spiky'))
  return spikes.filter((step) => {
    const place = 52 + ((step - min) / (max - min)) * (width - 64)
    return filled.some((x) => Math.abs(x - place) <= 2)
  })
}

describe('the charts tab', () => {
  before(() => bundle({ production: false }))

  it('makes charts of the logged metrics when the view has none, the headline metric first', async () => {
    await using shown = await openCharts()
    const { page, open } = shown
    await waitForCurves(page, 'accuracy')
    const titles = await page.getByRole('figure').locator('.chart-title').allTextContents()
    assert.deepEqual(titles, ['accuracy', 'loss'])
    assert.deepEqual(
      open.view.charts.map(({ id }) => id),
      ['1', '2'],
    )
    assert.deepEqual(await findViolations(page, '#panel-charts, dialog'), [])
    assert.deepEqual(open.errors, [])
  })

  it('draws each run in its colour, with its spikes, and says what it draws', async () => {
    await using shown = await openCharts({ charts: [curves] })
    const { page, open } = shown
    await waitForCurves(page, 'loss')
    const falling = await findColor(page, 'loss', red)
    const rising = await findColor(page, 'loss', green)
    assert.ok(falling.count > 200 && rising.count > 200)
    assert.ok(rising.top < 0.1, 'the spike reaches the top')
    assert.ok(falling.top > 0.5, 'the other curve stays below')
    const figure = chart(page, 'loss')
    await figure
      .getByText('loss of 2 runs: best 0 by rising at step 0; last values from 0.01 to 0.99; without a common trend.')
      .waitFor({ state: 'attached' })
    assert.deepEqual(open.errors, [])
  })

  it('draws the same picture twice', async () => {
    await using shown = await openCharts({ charts: [curves, { ...curves, id: '2' }] })
    const { page } = shown
    const picture = (index: number) =>
      chart(page, 'loss')
        .nth(index)
        .locator('canvas.plot-data')
        .evaluate((canvas) => (canvas as unknown as { toDataURL(): string }).toDataURL())
    for (const index of [0, 1]) await chart(page, 'loss').nth(index).getByText(/best/).waitFor({ state: 'attached' })
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')
    assert.equal(await picture(0), await picture(1))
    await page.getByRole('tab', { name: 'Runs' }).click()
    await page.getByRole('tab', { name: 'Charts' }).click()
    assert.equal(await picture(0), await picture(1))
  })

  it('draws every spike of a single point, at any zoom, and the same picture each time', async () => {
    const steps = 20_000
    const spikes = [1234, 12_345, 17_777]
    await using shown = await openCharts({ charts: [{ ...curves, keys: ['spiky'] }] })
    const { page, workspace, runs } = shown
    for (let from = 0; from < steps; from += 1000) {
      const metrics = Array.from({ length: 1000 }, (_, index) => {
        const step = from + index
        return { key: 'spiky', step, timestamp: 1_750_000_000_000 + step, value: spikes.includes(step) ? 1 : 0 }
      })
      await workspace.mlflow('runs/log-batch', { run_id: runs.falling, metrics })
    }
    await page.reload()
    await waitForCurves(page, 'spiky', /last 0/)
    const all = { min: 0, max: steps - 1 }
    assert.deepEqual(await findSpikes(page, spikes, all), spikes)
    const before = await readPicture(chart(page, 'spiky'))
    const plot = chart(page, 'spiky').getByRole('application')
    const box = await plot.boundingBox()
    assert.ok(box !== null)
    const placeOf = (step: number) => box.x + 52 + (box.width - 64) * (step / all.max)
    await page.mouse.move(placeOf(12_000), box.y + 60)
    await page.mouse.down()
    await page.mouse.move(placeOf(13_000), box.y + 60, { steps: 4 })
    await page.mouse.up()
    await page.getByRole('button', { name: 'Reset Zoom' }).waitFor()
    // Until the answer for the window is there, the picture is of the data before.
    await until(async () => (await findSpikes(page, [12_345], { min: 12_000, max: 13_000 })).length === 1)
    await page.getByRole('button', { name: 'Reset Zoom' }).click()
    await page.mouse.move(0, 0)
    await until(async () => (await readPicture(chart(page, 'spiky'))) === before)
  })

  it('zooms a chart of many curves by as many steps as keys were pressed, however soon one after the other', async () => {
    const keys = Array.from({ length: 60 }, (_, index) => `layer_${index}`)
    const values = Array.from({ length: 400 }, (_, step) => step)
    await using shown = await openCharts({ charts: [{ ...curves, keys }] })
    const { page, open, workspace, runs } = shown
    for (const key of keys) {
      const metrics = values.map((value) => ({ key, value, step: value, timestamp: 1_750_000_000_000 }))
      await workspace.mlflow('runs/log-batch', { run_id: runs.falling, metrics })
    }
    await page.reload()
    await waitForCurves(page, 'layer_0', /layer_59 of falling/)
    const plot = chart(page, 'layer_0').getByRole('application')
    await plot.focus()
    await plot.evaluate((element) => {
      const target = element as unknown as { dispatchEvent(event: unknown): void }
      const { KeyboardEvent } = globalThis as unknown as { KeyboardEvent: new (kind: string, init: object) => unknown }
      for (const key of ['+', '+', '+']) target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))
    })
    await page.getByRole('button', { name: 'Reset Zoom' }).waitFor()
    const firstStep = chart(page, 'layer_0')
      .getByRole('status')
      .getByText(/^step 140:/)
    // Home goes to the first step of what is drawn, which follows the keys.
    await until(async () => {
      await page.keyboard.press('Home')
      return (await firstStep.count()) > 0
    })
    assert.deepEqual(open.errors, [])
  })

  it('zooms into a range that is dragged, and out again by Escape', async () => {
    await using shown = await openCharts({ charts: [curves] })
    const { page, open } = shown
    await waitForCurves(page, 'loss')
    const plot = chart(page, 'loss').getByRole('application')
    const box = await plot.boundingBox()
    assert.ok(box !== null)
    await page.mouse.move(box.x + box.width * 0.6, box.y + 60)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width * 0.9, box.y + 60, { steps: 4 })
    await page.mouse.up()
    await page.getByRole('button', { name: 'Reset Zoom' }).waitFor()
    await waitForCurves(page, 'loss')
    const zoomed = await findColor(page, 'loss', green)
    assert.ok(zoomed.top < 0.2 && zoomed.left < 0.2, 'the rising curve fills the window')
    await plot.focus()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Reset Zoom' }).waitFor({ state: 'hidden' })
    assert.deepEqual(open.errors, [])
  })

  it('reads the curves at the pointer, in all charts at once, and beside the runs', async () => {
    const second: CurveChartSpec = { ...curves, id: '2', keys: ['accuracy'] }
    await using shown = await openCharts({ charts: [curves, second] })
    const { page } = shown
    await waitForCurves(page, 'loss')
    const plot = chart(page, 'loss').getByRole('application')
    const box = await plot.boundingBox()
    assert.ok(box !== null)
    // The frame is 52 pixels from the left and 12 from the right; the middle is near step 50.
    await page.mouse.move(box.x + 52 + (box.width - 64) * (20 / 99), box.y + 80)
    const tooltip = chart(page, 'loss').locator('.chart-tooltip')
    await tooltip.getByText('step 20').waitFor()
    assert.deepEqual(await tooltip.locator('.tooltip-name').allTextContents(), ['falling', 'rising'])
    assert.deepEqual(await tooltip.locator('.tooltip-value').allTextContents(), ['0.8', '0.2'])
    const legend = page.getByRole('complementary', { name: 'Runs' })
    await legend.getByText('loss, step 20').waitFor()
    await legend.getByRole('listitem').filter({ hasText: 'falling' }).getByText('0.8').waitFor()
    const other = chart(page, 'accuracy').locator('canvas.plot-overlay')
    const hasCrosshair = await other.evaluate((element) => {
      const canvas = element as unknown as {
        width: number
        height: number
        getContext(kind: '2d'): { getImageData(...box: number[]): { data: Uint8ClampedArray } }
      }
      return canvas
        .getContext('2d')
        .getImageData(0, 0, canvas.width, canvas.height)
        .data.some((value) => value > 0)
    })
    assert.ok(hasCrosshair)
  })

  it('moves the crosshair by keys and says what is there', async () => {
    await using shown = await openCharts({ charts: [curves] })
    const { page } = shown
    await waitForCurves(page, 'loss')
    await chart(page, 'loss').getByRole('application').focus()
    await page.keyboard.press('Home')
    await page.keyboard.press('ArrowRight')
    await chart(page, 'loss')
      .getByRole('status')
      .getByText('step 1: falling 0.99, rising 0.01')
      .waitFor({ state: 'attached' })
  })

  it('changes its axis, its scale and its smoothing, and keeps them in the view', async () => {
    await using shown = await openCharts({ charts: [curves] })
    const { page, open } = shown
    await waitForCurves(page, 'loss')
    await chart(page, 'loss').getByRole('button', { name: 'Log Y' }).press('Enter')
    await page.getByText('Values that are not above zero have no place on the logarithmic y axis.').waitFor()
    await chart(page, 'loss').getByRole('slider', { name: 'Smoothing' }).fill('0.9')
    await chart(page, 'loss').getByRole('button', { name: 'Clip' }).click()
    await chart(page, 'loss').getByRole('combobox', { name: 'X Axis' }).selectOption('Relative Time')
    await chart(page, 'loss').getByRole('button', { name: 'Clip', pressed: true }).waitFor()
    await seeView(open, (view) => view.charts[0]?.kind === 'curves' && view.charts[0].axis === 'relative')
    assert.deepEqual(open.view.charts, [
      { ...curves, axis: 'relative', logY: true, smoothing: 0.9, clipOutliers: true },
    ])
    assert.deepEqual(open.errors, [])
  })

  it('shows its data as a table, and gives it away as CSV and PNG', async () => {
    await using shown = await openCharts({ charts: [curves] })
    const { page, open } = shown
    await waitForCurves(page, 'loss')
    await chart(page, 'loss').getByRole('button', { name: 'Table' }).click()
    const row = page.getByRole('table', { name: 'loss' }).getByRole('row', { name: /rising/ })
    await row.waitFor()
    assert.deepEqual(await row.getByRole('cell').allTextContents(), ['loss', '0', '0.99', '0', '3', 'step 0'])
    assert.deepEqual(await findViolations(page, '#panel-charts, dialog'), [])
    for (const entry of ['Open Data as CSV', 'Export as PNG…']) {
      await page.getByRole('button', { name: 'More Actions for loss' }).click()
      await page.getByRole('menuitem', { name: entry }).click()
    }
    await open.see(() => open.actions.length === 2)
    const [csv, png] = open.actions
    assert.ok(csv?.kind === 'open-text' && csv.language === 'csv')
    assert.match(
      csv.content,
      /^run_id,run,metric,start,end,first,last,min,max\r\n[0-9a-f]{32},falling,loss,0,0,1,1,1,1\r\n/,
    )
    assert.equal(csv.content.split('\r\n').length, 202)
    assert.ok(png?.kind === 'export-file')
    assert.equal(png.fileName, 'loss.png')
  })

  it('gives each kind of chart away as SVG, drawn as on the screen', async () => {
    const loss = { kind: 'metric', key: 'loss', aggregate: 'last' } as const
    const kinds: readonly ChartSpec[] = [
      curves,
      { kind: 'scatter', id: '2', x: loss, y: loss, logX: false, logY: false },
      { kind: 'parallel', id: '3', columns: [loss, { kind: 'attribute', key: 'duration' }] },
      { kind: 'bar', id: '4', column: loss },
    ]
    for (const spec of kinds) {
      await using shown = await openCharts({ charts: [spec] })
      const { page, open } = shown
      await page.locator('.plot-data').first().waitFor()
      await page.locator('.chart .hidden-text:not([role])', { hasText: /\S/ }).first().waitFor({ state: 'attached' })
      await page.getByRole('button', { name: /^More Actions/ }).click()
      await page.getByRole('menuitem', { name: 'Export as SVG…' }).click()
      await open.see(() => open.actions.length === 1)
      const [action] = open.actions
      assert.ok(action?.kind === 'export-file' && action.fileName.endsWith('.svg'), spec.kind)
      const svg = new TextDecoder().decode(Uint8Array.from(Object.values(action.bytes)))
      const parsed = `new DOMParser().parseFromString(${JSON.stringify(svg)}, 'image/svg+xml')`
      assert.equal(await page.evaluate(`${parsed}.querySelector('parsererror') === null`), true, svg.slice(0, 400))
      assert.ok(Number(await page.evaluate(`${parsed}.querySelectorAll('path').length`)) > 0, spec.kind)
      assert.ok(Number(await page.evaluate(`${parsed}.querySelectorAll('text').length`)) > 0, spec.kind)
      assert.deepEqual(open.errors, [])
      const folder = process.env['RUNWRIGHT_PICTURES']
      if (folder !== undefined) await writeFile(`${folder}/chart-${spec.kind}.svg`, svg)
    }
  })

  it('gives all charts away as one picture, with the names of the runs and those that are out of sight', async () => {
    const accuracy: ChartSpec = { ...curves, id: '9', keys: ['accuracy'] }
    const charts = [curves, ...Array.from({ length: 12 }, (_, index) => ({ ...accuracy, id: `far-${index}` }))]
    await using shown = await openCharts({ charts })
    const { page, open } = shown
    await waitForCurves(page, 'loss')
    for (const entry of ['Export as SVG…', 'Export as PNG…', 'Export as SVG…']) {
      const before = open.actions.length
      await page.getByRole('button', { name: 'Export Charts…' }).press('Enter')
      await page.getByRole('menuitem', { name: entry }).press('Enter')
      await open.see(() => open.actions.length === before + 1)
    }
    const [first, picture, second] = open.actions
    assert.ok(first?.kind === 'export-file' && picture?.kind === 'export-file' && second?.kind === 'export-file')
    assert.match(first.fileName, /\.svg$/)
    const svg = new TextDecoder().decode(Uint8Array.from(Object.values(first.bytes)))
    assert.equal(new TextDecoder().decode(Uint8Array.from(Object.values(second.bytes))), svg)
    const parsed = `new DOMParser().parseFromString(${JSON.stringify(svg)}, 'image/svg+xml')`
    assert.equal(await page.evaluate(`${parsed}.querySelector('parsererror') === null`), true, svg.slice(0, 400))
    assert.equal(await page.evaluate(`${parsed}.querySelectorAll('svg svg').length`), charts.length)
    const drawn = `[...${parsed}.querySelectorAll('svg svg')].every((one) => one.querySelectorAll('path[stroke-width]').length > 2)`
    assert.equal(await page.evaluate(drawn), true, 'a chart is empty')
    const ids = `[...${parsed}.querySelectorAll('[id]')].map(({ id }) => id)`
    assert.equal(await page.evaluate(`new Set(${ids}).size === ${ids}.length`), true)
    assert.match(svg, />rising<\/text>/)
    const bytes = Uint8Array.from(Object.values(picture.bytes))
    assert.deepEqual([...bytes.subarray(1, 4)], [...Buffer.from('PNG')])
    assert.deepEqual(open.errors, [])
    const folder = process.env['RUNWRIGHT_PICTURES']
    if (folder !== undefined) await writeFile(`${folder}/charts.png`, bytes)
  })

  it('adds a chart whose metrics are found by a regular expression, moves it and removes it, by keys', async () => {
    await using shown = await openCharts({ charts: [curves] })
    const { page, open } = shown
    await page.getByRole('button', { name: 'Add Chart…' }).press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Add Chart' })
    await dialog.getByRole('searchbox').fill('^acc')
    await dialog.getByRole('checkbox', { name: 'Regular Expression' }).press('Space')
    await dialog.getByRole('status').getByText('0 chosen, 1 found.').waitFor()
    assert.deepEqual(await findViolations(page, '#panel-charts, dialog'), [])
    await dialog.getByRole('checkbox', { name: 'accuracy' }).press('Space')
    await dialog.getByRole('button', { name: 'Add' }).press('Enter')
    await waitForCurves(page, 'accuracy')
    const more = page.getByRole('button', { name: 'More Actions for accuracy' })
    await more.press('Alt+Shift+ArrowUp')
    await seeView(open, ({ charts }) => charts.map(({ id }) => id).join() === '2,1')
    await more.press('Enter')
    await page.getByRole('menuitem', { name: 'Remove' }).press('Enter')
    await chart(page, 'accuracy').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'More Actions for loss' }).and(page.locator(':focus')).waitFor()
    assert.deepEqual(open.errors, [])
  })

  it('moves a chart that is dragged by its head to the side of another one that it is dropped on', async () => {
    const charts = ['1', '2', '3'].map((id) => ({ ...curves, id, keys: [id === '3' ? 'loss' : 'accuracy'] }))
    await using shown = await openCharts({ charts })
    const { page, open } = shown
    await waitForCurves(page, 'loss')
    const target = page.locator('[data-chart="1"]')
    await page.locator('[data-chart="3"] .chart-title').dragTo(target, { targetPosition: { x: 20, y: 100 } })
    await seeView(open, ({ charts }) => charts.map(({ id }) => id).join() === '3,1,2')
    assert.deepEqual(open.errors, [])
  })

  it('leaves out a run that is hidden by its eye', async () => {
    await using shown = await openCharts({ charts: [curves] })
    const { page, open, runs } = shown
    await waitForCurves(page, 'loss')
    await page.getByRole('button', { name: 'Show rising' }).press('Enter')
    await waitForCurves(page, 'loss', /loss of falling/)
    assert.deepEqual(open.view.hidden, [runs.rising])
    assert.equal((await findColor(page, 'loss', green)).count, 0)
    assert.ok((await findColor(page, 'loss', red)).count > 200)
    await page.getByRole('button', { name: 'Show rising', pressed: false }).and(page.locator(':focus')).waitFor()
  })

  it('grows while a run logs', async () => {
    await using shown = await openCharts({ charts: [curves] })
    const { page, workspace, runs } = shown
    await waitForCurves(page, 'loss')
    const timestamp = 1_750_000_000_000
    await workspace.mlflow('runs/log-metric', { run_id: runs.falling, key: 'loss', value: -5, step: 150, timestamp })
    await waitForCurves(page, 'loss', /best −5 by falling at step 150/)
    const before = shown.open.sentBytes
    await workspace.mlflow('runs/log-metric', { run_id: runs.falling, key: 'loss', value: -6, step: 151, timestamp })
    await waitForCurves(page, 'loss', /best −6 by falling at step 151/)
    assert.ok(shown.open.sentBytes - before < 1000, 'only what is new is sent')
    await chart(page, 'loss').getByRole('button', { name: 'Table' }).click()
    const row = page.getByRole('table', { name: 'loss' }).getByRole('row', { name: /falling/ })
    assert.deepEqual((await row.getByRole('cell').allTextContents()).slice(0, 5), ['loss', '1', '−6', '−6', '1'])
  })

  it('draws the mean of groups of runs with a band, and a metric over another one, as the dialog says', async () => {
    await using shown = await openCharts({ charts: [curves] })
    const { page, open } = shown
    await waitForCurves(page, 'loss')
    await page.getByRole('button', { name: 'More Actions for loss' }).press('Enter')
    await page.getByRole('menuitem', { name: 'Edit…' }).press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Edit Chart' })
    await dialog.getByRole('combobox', { name: 'Group By' }).selectOption('Status')
    await dialog.getByRole('combobox', { name: 'Band' }).selectOption('Least to Greatest')
    assert.deepEqual(await findViolations(page, '#panel-charts, dialog'), [])
    await dialog.getByRole('button', { name: 'Save' }).press('Enter')
    await page.getByText('Means by Status; bands from the least to the greatest value.').waitFor()
    await waitForCurves(page, 'loss', /loss of FINISHED: best 0.5 at/)
    await chart(page, 'loss').getByRole('button', { name: 'Table' }).click()
    assert.deepEqual(await page.getByRole('table', { name: 'loss' }).getByRole('rowheader').allTextContents(), [
      'FINISHED',
    ])
    await page.getByRole('button', { name: 'More Actions for loss' }).press('Enter')
    await page.getByRole('menuitem', { name: 'Edit…' }).press('Enter')
    await dialog.getByRole('combobox', { name: 'Group By' }).selectOption('Nothing: A Line for Each Run')
    await dialog.getByRole('combobox', { name: 'X Axis' }).selectOption('accuracy')
    await dialog.getByRole('button', { name: 'Save' }).press('Enter')
    await waitForCurves(page, 'loss', /best 0 by rising at accuracy 0.5/)
    assert.deepEqual(open.view.charts, [{ ...curves, xMetric: 'accuracy' }])
    await chart(page, 'loss').getByRole('combobox', { name: 'X Axis' }).selectOption('Step')
    await seeView(open, ({ charts }) => charts[0]?.kind === 'curves' && charts[0].xMetric === undefined)
    await waitForCurves(page, 'loss', /best 0 by rising at step 0/)
    assert.deepEqual(open.errors, [])
  })

  it('draws a chart for each metric that a rule finds, and those that come later, and keeps the rule', async () => {
    await using shown = await openCharts({ charts: [curves] })
    const { page, open, workspace, runs } = shown
    await waitForCurves(page, 'loss')
    await page.getByRole('button', { name: 'Add Chart…' }).press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Add Chart' })
    await dialog.getByRole('combobox', { name: 'Kind' }).selectOption('Curves by Rule')
    await dialog.getByRole('textbox', { name: 'Pattern' }).fill('^(acc|val)')
    await dialog.getByRole('status').getByText('1 metric', { exact: true }).waitFor()
    await dialog.getByRole('checkbox', { name: 'Logarithmic Y Axis' }).check()
    assert.deepEqual(await findViolations(page, '#panel-charts, dialog'), [])
    await dialog.getByRole('button', { name: 'Add' }).press('Enter')
    await waitForCurves(page, 'accuracy')
    await page.getByRole('heading', { name: 'Metrics like ^(acc|val)' }).waitFor()
    const timestamp = 1_750_000_000_000
    await workspace.mlflow('runs/log-metric', { run_id: runs.falling, key: 'val/loss', value: 7, step: 1, timestamp })
    await waitForCurves(page, 'val/loss', /best 7/)
    assert.deepEqual(await findViolations(page, '#panel-charts, dialog'), [])
    await chart(page, 'val/loss').getByRole('button', { name: 'Log Y' }).click()
    const { keys: _keys, ...options } = curves
    await seeView(open, ({ charts }) => charts[1]?.kind === 'rule' && !charts[1].logY)
    assert.deepEqual(open.view.charts, [curves, { ...options, kind: 'rule', id: '2', pattern: '^(acc|val)' }])
    await page.getByRole('button', { name: 'More Actions for Metrics like' }).press('Enter')
    await page.getByRole('menuitem', { name: 'Remove' }).press('Enter')
    await chart(page, 'accuracy').waitFor({ state: 'detached' })
    await page.getByRole('heading', { name: 'Metrics like' }).waitFor({ state: 'detached' })
    assert.deepEqual(open.errors, [])
  })

  it('ranks params by their importance for a metric, to be seen and to be read', async () => {
    const loss = { kind: 'metric', key: 'loss', aggregate: 'last' } as const
    const columns = ['lr', 'optimizer', 'seed'].map((key) => ({ kind: 'param', key }) as const)
    await using shown = await openCharts({ charts: [{ kind: 'importance', id: '1', target: loss, columns }] })
    const { page, open, workspace } = shown
    await chart(page, 'Importance for loss').getByText('At least four runs with loss are needed.').first().waitFor()
    for (let run = 0; run < 30; run++) {
      await workspace.logRun('digits', {
        name: `run ${run}`,
        params: { lr: run % 10, optimizer: run % 2 === 0 ? 'adam' : 'sgd', seed: (run * 7) % 13 },
        metrics: { loss: [10 - (run % 10)] },
      })
    }
    await chart(page, 'Importance for loss')
      .getByText(/Importance for loss over 32 runs: lr tells most/)
      .waitFor({ state: 'attached' })
    assert.ok((await findColor(page, 'Importance for loss', '#0072b2')).count > 500, 'bars are drawn')
    await chart(page, 'Importance for loss').getByRole('button', { name: 'Table' }).click()
    const rows = page.getByRole('table', { name: 'Importance for loss' }).getByRole('rowheader')
    assert.equal((await rows.allTextContents())[0], 'lr')
    assert.deepEqual(await findViolations(page, '#panel-charts, dialog'), [])
    assert.deepEqual(open.errors, [])
  })

  it('fills the plane between runs by a value, and shows how values are spread over steps', async () => {
    const loss = { kind: 'metric', key: 'loss', aggregate: 'last' } as const
    const [x, y] = ['lr', 'momentum'].map((key) => ({ kind: 'param', key }) as const)
    assert.ok(x !== undefined && y !== undefined)
    const charts: ChartSpec[] = [
      { kind: 'scatter', id: '1', x, y, color: loss, logX: false, logY: false },
      { kind: 'distribution', id: '2', key: 'loss', axis: 'step' },
    ]
    await using shown = await openCharts({ charts })
    const { page, open, workspace } = shown
    for (let run = 0; run < 9; run++) {
      const params = { lr: run % 3, momentum: Math.floor(run / 3) }
      await workspace.logRun('digits', { name: `run ${run}`, params, metrics: { loss: [run] } })
    }
    await chart(page, 'momentum over lr')
      .getByText(/of 11 runs/)
      .waitFor({ state: 'attached' })
    const bare = await readPicture(chart(page, 'momentum over lr'))
    await chart(page, 'momentum over lr').getByRole('button', { name: 'Contour' }).press('Enter')
    await page.getByText('weighted by the inverse square of the distance (Shepard 1968)').waitFor()
    assert.notEqual(await readPicture(chart(page, 'momentum over lr')), bare)
    assert.equal(open.view.charts[0]?.kind === 'scatter' && open.view.charts[0].contour, true)
    await chart(page, 'Distribution of loss')
      .getByText(/Distribution of loss over 2 runs, from 0/)
      .waitFor({ state: 'attached' })
    await chart(page, 'Distribution of loss').getByRole('button', { name: 'Table' }).click()
    const counts = page.getByRole('table', { name: 'Distribution of loss' }).getByRole('row')
    assert.ok((await counts.count()) > 20)
    assert.deepEqual(await findViolations(page, '#panel-charts, dialog'), [])
    assert.deepEqual(open.errors, [])
  })

  it('draws runs by their params and values, and chooses those in a range', async () => {
    const loss = { kind: 'metric', key: 'loss', aggregate: 'last' } as const
    const lr = { kind: 'param', key: 'lr' } as const
    const charts: ChartSpec[] = [
      { kind: 'scatter', id: '1', x: lr, y: loss, logX: true, logY: false },
      { kind: 'parallel', id: '2', columns: [lr, { kind: 'param', key: 'optimizer' }, loss] },
      { kind: 'bar', id: '3', column: loss },
    ]
    await using shown = await openCharts({ charts })
    const { page, open, runs } = shown
    for (const name of ['loss over lr', 'Parallel: lr, optimizer, loss', 'loss']) {
      await page
        .getByRole('figure', { name, exact: true })
        .getByText(/of 2 runs/)
        .waitFor({ state: 'attached' })
    }
    assert.deepEqual(await findViolations(page, '#panel-charts, dialog'), [])
    const plot = chart(page, /Parallel/).locator('.plot')
    await plot.scrollIntoViewIfNeeded()
    const box = await plot.boundingBox()
    assert.ok(box !== null)
    await page.mouse.move(box.x + 40, box.y + 34)
    await page.mouse.down()
    await page.mouse.move(box.x + 40, box.y + 80, { steps: 4 })
    await page.mouse.up()
    await page.getByRole('button', { name: 'Choose 1 Run', exact: true }).click()
    await seeView(open, ({ chosen }) => chosen.join() === runs.falling)
    assert.deepEqual(open.errors, [])
  })
})
