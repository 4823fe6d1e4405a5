import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Page } from 'playwright-core'
import { bundle } from '../../scripts/bundle.ts'
import type { ChartSpec, SavedView } from '../../src/protocol/saved-view.ts'
import { findViolations } from './find-violations.ts'
import { keepPicture } from './keep-picture.ts'
import { type MediaWorkspace, openMediaWorkspace } from './media-workspace.ts'
import { openCompareView, type OpenView, type OpenViewOptions } from './open-view.ts'
import { themes } from './themes.ts'
import { emptyView } from './views.ts'

const scores = 'eval/scores.json'
const predictions = 'eval/predictions.json'
const roc: ChartSpec = { kind: 'roc', id: '1', path: scores, truth: 'label', score: 'score' }
const precisionRecall: ChartSpec = { ...roc, kind: 'precision-recall', id: '2' }
const confusion: ChartSpec = {
  kind: 'confusion-matrix',
  id: '3',
  path: predictions,
  truth: 'true label',
  predicted: 'predicted label',
}
const histogram: ChartSpec = {
  kind: 'histogram',
  id: '4',
  path: 'weights/fc1.json',
  step: 'step',
  from: 'bin_start',
  to: 'bin_end',
  count: 'count',
}
const chart = (page: Page, name: string) => page.getByRole('figure', { name, exact: true })

describe('charts of tables that the Python client has logged', () => {
  let media: MediaWorkspace

  before(async () => {
    await bundle({ production: false })
    media = await openMediaWorkspace()
  })
  after(() => media[Symbol.asyncDispose]())

  function open(charts: readonly ChartSpec[], options: Partial<OpenViewOptions> = {}): Promise<OpenView> {
    const view: SavedView = { ...emptyView, experiments: ['media'], tab: 'charts', chosen: media.runs, charts }
    return openCompareView({ client: media.workspace.client, view, theme: themes.darkModern, ...options })
  }

  it('has the areas under the curves that scikit-learn finds, as a sentence and as a table', async () => {
    await using view = await open([roc, precisionRecall])
    const { page } = view
    const expected = {
      'ROC: eval/scores.json': ['0.7986', '0.9543'],
      'Precision–Recall: eval/scores.json': ['0.8027', '0.9581'],
    }
    for (const [title, [first = '', second = '']] of Object.entries(expected)) {
      await chart(page, title).getByText(`${second} by second; positive is 1.`).waitFor({ state: 'attached' })
      await chart(page, title).getByRole('button', { name: 'Table' }).click()
      const rows = chart(page, title).getByRole('table').getByRole('row')
      await rows.nth(2).waitFor()
      assert.deepEqual(await rows.nth(1).locator('th, td').allTextContents(), ['first', first, '100', '100'])
      assert.deepEqual(await rows.nth(2).locator('th, td').allTextContents(), ['second', second, '100', '100'])
    }
    assert.deepEqual(view.errors, [])
  })

  it('draws the runs in their colours, and says what lies at the pointer', async () => {
    await using view = await open([roc])
    const { page } = view
    const figure = chart(page, 'ROC: eval/scores.json')
    await figure.getByText(/greatest/).waitFor({ state: 'attached' })
    const plot = figure.getByRole('img')
    const box = await plot.boundingBox()
    assert.ok(box !== null)
    // Every curve begins at the lower left corner of the frame.
    await page.mouse.move(box.x + 48, box.y + box.height - 38)
    const tooltip = figure.locator('.chart-tooltip')
    await tooltip.getByText('Threshold').waitFor()
    assert.deepEqual(await tooltip.locator('.tooltip-value').allTextContents(), ['∞', '0', '0'])
    assert.deepEqual(view.errors, [])
  })

  it('counts a confusion matrix for each run', async () => {
    await using view = await open([confusion])
    const { page } = view
    const figure = chart(page, 'Confusion Matrix: eval/predictions.json')
    const words = 'first predicted 4 of 6 right (66.7 %), second predicted 5 of 6 right (83.3 %).'
    await figure.getByText(words).waitFor({ state: 'attached' })
    await figure.getByRole('button', { name: 'Table' }).click()
    const rows = figure.getByRole('table').getByRole('row')
    await rows.first().waitFor()
    const cells = await Promise.all((await rows.all()).map((row) => row.locator('th, td').allTextContents()))
    assert.deepEqual(cells, [
      ['Run', 'True label', 'bird', 'cat', 'dog'],
      ['first', 'bird', '1', '0', '0'],
      ['first', 'cat', '0', '2', '1'],
      ['first', 'dog', '0', '1', '1'],
      ['second', 'bird', '1', '0', '0'],
      ['second', 'cat', '0', '2', '1'],
      ['second', 'dog', '0', '0', '2'],
    ])
    await page.getByRole('button', { name: /^More Actions for Confusion/ }).click()
    await page.getByRole('menuitem', { name: 'Open Data as CSV' }).click()
    await view.see(() => view.actions.length === 1)
    const [csv] = view.actions
    assert.ok(csv?.kind === 'open-text')
    assert.match(csv.content, /^run_id,run,true_label,predicted_label,count\r\n[0-9a-f]{32},first,bird,bird,1\r\n/)
    assert.deepEqual(view.errors, [])
  })

  it('draws the histograms of each step with the counts that were logged', async () => {
    await using view = await open([histogram])
    const { page } = view
    const figure = chart(page, 'Histogram over Steps: weights/fc1.json')
    const said = figure.getByText(
      /first has 3 steps, most values from −1 to 0 at step 0, most values from .* at step 20;/,
    )
    await said.waitFor({ state: 'attached' })
    const expected: string[] = []
    for (const [place, runId] of media.runs.entries()) {
      const { columns, rowCount } = await media.workspace.client.call('artifacts/table', {
        runId,
        path: histogram.path,
      })
      for (let row = 0; row < rowCount; row += 1) {
        const value = (name: string) => columns.find((column) => column.name === name)?.values[row]
        if (value('count') === 0) continue
        const cells = ['step', 'bin_start', 'bin_end', 'count'].map(value)
        expected.push([runId, ['first', 'second'][place], ...cells].join(','))
      }
    }
    await page.getByRole('button', { name: /^More Actions for Histogram/ }).click()
    await page.getByRole('menuitem', { name: 'Open Data as CSV' }).click()
    await view.see(() => view.actions.length === 1)
    const [csv] = view.actions
    assert.ok(csv?.kind === 'open-text')
    const [head, ...lines] = csv.content.trim().split('\r\n')
    assert.equal(head, 'run_id,run,step,from,to,count')
    assert.deepEqual(lines, expected)
    assert.ok(lines.length > 30)

    const box = await figure.getByRole('img').boundingBox()
    assert.ok(box)
    // Two plots beside each other: in the middle of the first is its second step.
    await page.mouse.move(box.x + box.width * 0.27, box.y + box.height * 0.5)
    const tooltip = figure.locator('.chart-tooltip')
    await tooltip.getByText('first, step 10').waitFor()
    const [values] = await tooltip.locator('.tooltip-name').allTextContents()
    const [from, , to] = (values ?? '').replaceAll('−', '-').split(' ')
    const row = expected
      .map((line) => line.split(','))
      .find(([, name, step, start]) => `${name},${step},${start}` === `first,10,${from}`)
    assert.deepEqual(row?.slice(4), [to, await tooltip.locator('.tooltip-value').innerText()])
    assert.deepEqual(view.errors, [])
  })

  it('is added by keys alone, with the table and the columns found by their names', async () => {
    await using view = await open([])
    const { page } = view
    const add = {
      'Confusion Matrix': confusion,
      'ROC Curve': roc,
      'Precision–Recall Curve': precisionRecall,
      'Logged Histogram over Steps': histogram,
    }
    for (const [kind, { id: _id, ...spec }] of Object.entries(add)) {
      await page.getByRole('button', { name: 'Add Chart…' }).press('Enter')
      const dialog = page.getByRole('dialog', { name: 'Add Chart' })
      await dialog.getByRole('combobox', { name: 'Kind' }).selectOption(kind)
      const submit = dialog.getByRole('button', { name: 'Add' })
      await submit.and(page.locator(':enabled')).waitFor()
      assert.deepEqual(await findViolations(page, 'dialog[open], #panel-charts'), [])
      await submit.press('Enter')
      await view.see(() => view.view.charts.at(-1)?.kind === spec.kind)
      const { id: _made, ...made } = view.view.charts.at(-1) ?? roc
      assert.deepEqual(made, spec)
    }
    assert.deepEqual(view.errors, [])
  })

  it('says so where no run has the table, or it has other columns', async () => {
    await using view = await open([
      { ...roc, path: 'nothing.json' },
      { ...roc, id: '2', score: 'other' },
    ])
    const { page } = view
    await chart(page, 'ROC: nothing.json').getByText('No run that is shown has logged this table.').waitFor()
    await page.getByText('2 runs have a table without these columns.').waitFor()
    assert.deepEqual(view.errors, [])
  })

  for (const [name, theme] of Object.entries(themes)) {
    it(`has no fault that axe knows in ${name}`, async () => {
      await using view = await open([roc, precisionRecall, confusion, histogram], { theme })
      const { page } = view
      await page
        .getByText(/83\.3 %/)
        .first()
        .waitFor({ state: 'attached' })
      await page
        .getByText(/Average precision 0.9581/)
        .first()
        .waitFor({ state: 'attached' })
      assert.deepEqual(await findViolations(page, 'dialog[open], #panel-charts'), [])
      await keepPicture(page, `charts-${name}`)
      assert.deepEqual(view.errors, [])
    })
  }
})
