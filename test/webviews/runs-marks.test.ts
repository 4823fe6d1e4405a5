import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { bundle } from '../../scripts/bundle.ts'
import type { RunId } from '../../src/protocol/ids.ts'
import type { RunSpec } from '../vscode/workspace.ts'
import { until } from '../until.ts'
import { findViolations } from './find-violations.ts'
import { accuracy, fewRuns, openRunsTab, optimizer, type RunsTab, seeRows } from './open-runs-tab.ts'
import { keepPicture } from './keep-picture.ts'
import { seeView } from './open-view.ts'
import { themes } from './themes.ts'

/** Twenty runs with a learning rate each, in two ways. */
const manyRuns: readonly RunSpec[] = Array.from({ length: 20 }, (_, index) => ({
  name: `r${String(index).padStart(2, '0')}`,
  params: { lr: String((index + 1) / 100), optimizer: index % 4 === 0 ? "o'sgd" : 'adam' },
  metrics: { accuracy: [index / 20] },
}))

const lr = { column: { kind: 'param', key: 'lr' }, width: 100, pinned: false } as const

async function tagsOf(open: RunsTab, name: string): Promise<Record<string, string>> {
  const { experiment } = await open.workspace.client.call('experiments/ensure', { name: 'digits' })
  const { runs } = await open.workspace.client.call('runs/list', { experimentIds: [experiment.experimentId] })
  const runId: RunId | undefined = runs.find((run) => run.name === name)?.runId
  assert.ok(runId)
  const { run } = await open.workspace.client.call('runs/get', { runId })
  return Object.fromEntries(run.tags.map(({ key, value }) => [key, value]))
}

before(() => bundle({ production: false }))

describe('facets of the table', () => {
  it('choose texts in the filter’s own grammar, with counts that follow', async () => {
    await using open = await openRunsTab(manyRuns, { columns: [accuracy, optimizer] })
    await open.page.getByRole('button', { name: 'Facets' }).click()
    const facet = open.page.getByRole('group', { name: 'Param optimizer' })
    await facet.getByRole('checkbox', { name: 'adam 15' }).check()
    await seeView(open, ({ filter }) => filter === "params.optimizer = 'adam'")
    await open.page.getByRole('status').filter({ hasText: '15 of 20 runs' }).waitFor()
    assert.equal(await open.page.getByRole('combobox').inputValue(), "params.optimizer = 'adam'")
    await open.page
      .getByRole('group', { name: 'Metric accuracy' })
      .getByRole('img', { name: 'Spread of 15 values' })
      .waitFor()
    // Its own values stay to be chosen from.
    await facet.getByRole('checkbox', { name: "o'sgd 5" }).check()
    await seeView(open, ({ filter }) => filter === "params.optimizer IN ('adam', 'o''sgd')")
    await open.page.getByRole('status').filter({ hasText: '20 of 20 runs' }).waitFor()
    await facet.getByRole('button', { name: 'Do not filter by optimizer' }).click()
    await seeView(open, ({ filter }) => filter === '')
    assert.deepEqual(open.errors, [])
  })

  it('draw a range over a histogram, and follow what is typed', async () => {
    await using open = await openRunsTab(manyRuns, { columns: [lr], filter: "optimizer != 'none'" })
    await open.page.getByRole('button', { name: 'Facets' }).click()
    const facet = open.page.getByRole('group', { name: 'Param lr' })
    const histogram = facet.getByRole('img', { name: 'Spread of 20 values from 0.01 to 0.2' })
    const box = await histogram.boundingBox()
    assert.ok(box)
    await open.page.mouse.move(box.x + box.width / 2 + 1, box.y + 20)
    await open.page.mouse.down()
    await open.page.mouse.move(box.x + box.width - 1, box.y + 20)
    await open.page.mouse.up()
    await seeView(open, ({ filter }) => filter === "optimizer != 'none' AND params.lr >= 0.105")
    await open.page.getByRole('status').filter({ hasText: '10 of 20 runs' }).waitFor()
    await facet.getByRole('spinbutton', { name: 'To' }).fill('0.12')
    await open.page.keyboard.press('Enter')
    await seeRows(open.page, 'r10 r11')
    const filter = open.page.getByRole('combobox', { name: 'Filter runs' })
    await filter.fill('lr <= 0.02')
    await filter.press('Enter')
    await seeRows(open.page, 'r00 r01')
    const to = facet.getByRole('spinbutton', { name: 'To' })
    await until(async () => (await to.inputValue()) === '0.02')
  })

  it('take moments by date and time', async () => {
    const started = { column: { kind: 'attribute', key: 'start_time' }, width: 100, pinned: false } as const
    await using open = await openRunsTab(fewRuns, { columns: [started] })
    await open.page.getByRole('button', { name: 'Facets' }).click()
    const facet = open.page.getByRole('group', { name: /Started/ })
    await facet.getByLabel('From', { exact: true }).fill('2026-01-02T03:04:05')
    const moment = await open.page.evaluate(() => new Date('2026-01-02T03:04:05').getTime())
    await seeView(open, ({ filter }) => filter === `start_time >= ${moment}`)
    await seeRows(open.page, fewRuns.map(({ name }) => name).join(' '))
    assert.equal(await facet.getByLabel('From', { exact: true }).inputValue(), '2026-01-02T03:04:05')
    await facet.getByLabel('To', { exact: true }).fill('2026-01-02T03:04:06')
    await open.page
      .getByRole('status')
      .filter({ hasText: `0 of ${fewRuns.length} runs` })
      .waitFor()
  })

  it('find any column by search', async () => {
    await using open = await openRunsTab(fewRuns, { columns: [] })
    await open.page.getByRole('button', { name: 'Facets' }).click()
    await open.page.getByRole('searchbox', { name: 'Search all columns' }).fill('val_loss')
    await open.page
      .getByRole('group', { name: 'Metric val_loss' })
      .getByRole('img', { name: /3 values/ })
      .waitFor()
  })

  for (const [name, theme] of Object.entries(themes)) {
    it(`have no fault that a checker of accessibility finds, in ${name}`, async () => {
      await using open = await openRunsTab(manyRuns, { columns: [accuracy, optimizer] }, { theme })
      await open.page.getByRole('button', { name: 'Facets' }).click()
      await open.page.getByRole('checkbox', { name: 'adam 15' }).check()
      await open.page.getByRole('status').filter({ hasText: '15 of 20 runs' }).waitFor()
      await open.grid.focus()
      await open.page.keyboard.press('s')
      await open.page.locator('.name-cell.starred').first().waitFor()
      assert.deepEqual(await findViolations(open.page, '#panel-runs'), [])
      await open.page.keyboard.press('n')
      assert.deepEqual(await findViolations(open.page, '.popover'), [])
      assert.deepEqual(open.errors, [])
      await keepPicture(open.page, `facets-${name}`)
    })
  }
})

describe('marks on runs', () => {
  it('stars and notes are tags, set by keys, and show at once', async () => {
    await using open = await openRunsTab(fewRuns, { columns: [accuracy] })
    await seeRows(open.page, 'a b c d')
    await open.grid.focus()
    await open.page.keyboard.press('ArrowDown')
    await open.page.keyboard.press('s')
    await open.row('b').locator('.name-cell.starred').waitFor()
    assert.equal((await tagsOf(open, 'b'))['runwright.starred'], 'true')
    await open.page.keyboard.press('n')
    const dialog = open.page.getByRole('dialog', { name: 'Note on b' })
    await dialog.getByRole('textbox').fill('learning rate too high')
    await open.page.keyboard.press('Control+Enter')
    await open.row('b').locator('.name-cell.starred.noted').waitFor()
    assert.equal((await tagsOf(open, 'b'))['mlflow.note.content'], 'learning rate too high')
    await open.page.keyboard.press('s')
    await open.row('b').locator('.name-cell.noted:not(.starred)').waitFor()
    await open.page.keyboard.press('F2')
    await open.page.keyboard.press('Delete')
    await open.see(() => open.actions.length === 2)
    assert.deepEqual(
      open.actions.map(({ kind }) => kind),
      ['rename-run', 'delete-runs'],
    )
    await open.page.keyboard.press('h')
    await seeRows(open.page, 'a c d')
    assert.deepEqual(open.errors, [])
  })

  it('can be shown as columns, with the state of the code', async () => {
    const tags = { 'mlflow.source.git.commit': '0123456789abcdef0123', 'runwright.git.dirty': 'true' }
    await using open = await openRunsTab([{ name: 'a', tags }], { columns: [accuracy] })
    await open.page.getByRole('button', { name: 'Columns' }).click()
    await open.page.getByRole('dialog').getByRole('textbox').fill('commit')
    await open.page.getByRole('button', { name: 'Show All Matching' }).click()
    await open.page.keyboard.press('Escape')
    await open.grid.getByRole('columnheader', { name: 'Tag mlflow.source.git.commit' }).waitFor()
    await open.grid.getByRole('gridcell', { name: '0123456789', exact: true }).waitFor()
    const headers = await open.grid.locator('.header-name').allInnerTexts()
    assert.deepEqual(headers, ['Run', 'accuracy', 'Commit', 'Uncommitted Changes'])
  })
})

describe('choosing and grouping', () => {
  it('hands the view as it stands to the extension for an export', async () => {
    await using open = await openRunsTab(fewRuns, { columns: [accuracy], filter: 'accuracy > 0.5' })
    await open.page.getByRole('button', { name: 'Export Runs …' }).click()
    await open.see(() => open.actions.length === 1)
    const [action] = open.actions
    assert.ok(action?.kind === 'export-table')
    assert.equal(action.view.filter, 'accuracy > 0.5')
  })

  it('extends a choice by Shift and an arrow, and by Ctrl and the mouse', async () => {
    await using open = await openRunsTab(fewRuns, { columns: [accuracy] })
    await seeRows(open.page, 'a b c d')
    await open.grid.focus()
    await open.page.keyboard.press('ArrowDown')
    await open.page.keyboard.press('Shift+ArrowDown')
    await seeView(open, ({ chosen }) => chosen.length === 2)
    await open.page.keyboard.press('Shift+ArrowDown')
    await seeView(open, ({ chosen }) => chosen.length === 3)
    await open
      .row('a')
      .locator('[aria-colindex="2"]')
      .click({ modifiers: ['Control'] })
    await seeView(open, ({ chosen }) => chosen.length === 4)
  })

  it('groups by any columns that are found', async () => {
    await using open = await openRunsTab(manyRuns, { columns: [accuracy] })
    await open.page.getByRole('button', { name: 'Group …' }).click()
    await open.page.getByRole('dialog', { name: 'Choose what to group by' }).waitFor()
    await open.page.keyboard.type('optimizer')
    await open.page.getByRole('option', { name: 'optimizer' }).click()
    await open.page.keyboard.press('Escape')
    await seeRows(open.page, "optimizer: adam · 15 runs optimizer: o'sgd · 5 runs")
    assert.equal(open.view.groupBy.length, 1)
  })
})
