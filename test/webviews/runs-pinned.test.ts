import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { bundle } from '../../scripts/bundle.ts'
import type { RunId } from '../../src/protocol/ids.ts'
import { maxPinned, type SavedView } from '../../src/protocol/saved-view.ts'
import { openTestWorkspace, type RunSpec } from '../vscode/workspace.ts'
import { findViolations } from './find-violations.ts'
import { keepPicture } from './keep-picture.ts'
import { accuracy, byName, fewRuns, optimizer, openRunsTab, type RunsTab, seeRows } from './open-runs-tab.ts'
import { openCompareView, seeView } from './open-view.ts'
import { themes } from './themes.ts'
import { emptyView } from './views.ts'

const manyRuns: readonly RunSpec[] = Array.from({ length: 60 }, (_, index) => ({
  name: `r${String(index).padStart(2, '0')}`,
  params: { optimizer: index % 2 === 0 ? 'adam' : 'sgd' },
  metrics: { accuracy: [index / 100] },
}))

const descending = [{ column: accuracy.column, descending: true }] as const

const status = (open: RunsTab, said: string) => open.page.getByRole('status').filter({ hasText: said }).waitFor()

async function pinByKey(open: RunsTab, name: string): Promise<void> {
  await open.row(name).locator('[aria-colindex="2"]').click()
  await open.page.keyboard.press('p')
  await open.grid.locator('.grid-pinned-rows').getByText(name, { exact: true }).waitFor()
}

before(() => bundle({ production: false }))

describe('pinned runs', () => {
  it('go to the top by a key, stand there once, and are counted and spoken as pinned', async () => {
    await using open = await openRunsTab(fewRuns, { columns: [accuracy] })
    await pinByKey(open, 'c')
    await seeRows(open.page, 'c a b d')
    await status(open, '4 of 4 runs, 1 pinned')
    await open.grid.getByRole('rowgroup').getByLabel('c, pinned').waitFor()
    assert.equal(open.view.pinned?.length, 1)
    await pinByKey(open, 'a')
    await seeRows(open.page, 'a c b d')
    assert.deepEqual(open.errors, [])
  })

  it('come back to their place by the menu', async () => {
    await using open = await openRunsTab(fewRuns, { columns: [accuracy] })
    for (const [item, rows] of [
      ['Pin to the Top', 'd a b c'],
      ['Unpin', 'a b c d'],
    ] as const) {
      await open.row('d').locator('[aria-colindex="2"]').click()
      await open.page.keyboard.press('Enter')
      await open.page.getByRole('menuitem', { name: item }).click()
      await seeRows(open.page, rows)
    }
    assert.deepEqual(open.view.pinned, [])
    await status(open, '4 of 4 runs')
  })

  it('stay in sight while the others scroll, are sorted and filtered, and take the keys as they do', async () => {
    await using open = await openRunsTab(manyRuns, { columns: [accuracy] })
    await pinByKey(open, 'r03')
    await pinByKey(open, 'r01')
    const pinned = open.grid.locator('.grid-pinned-rows .grid-row:not([hidden])')
    const before = await pinned.first().boundingBox()
    await open.grid.focus()
    await open.page.keyboard.press('Control+End')
    await open.row('r59').waitFor()
    assert.deepEqual(await pinned.locator('.run-name').allInnerTexts(), ['r01', 'r03'])
    assert.deepEqual(await pinned.first().boundingBox(), before)
    // From the last row to the first one behind the header, over the pinned ones.
    await open.page.keyboard.press('Control+Home')
    await open.page.keyboard.press(' ')
    await seeView(open, ({ chosen }) => chosen.length === 1)
    await open.row('r00').waitFor()
    await open.row('r01').and(open.grid.locator('[aria-selected=true]')).waitFor()

    await open.grid.getByRole('columnheader', { name: 'accuracy' }).click({ button: 'right' })
    await open.page.getByRole('menuitemradio', { name: 'Sort Descending' }).click()
    await open.row('r59').waitFor()
    await open.grid.locator('[aria-rowindex="2"]').getByText('r03').waitFor()
    const filter = open.page.getByRole('combobox', { name: 'Filter runs' })
    await filter.fill('accuracy > 0.57')
    await filter.press('Enter')
    await seeRows(open.page, 'r03 r01 r59 r58')
    await status(open, '4 of 60 runs, 2 pinned')
    assert.deepEqual(open.errors, [])
  })

  it('count for the best value of a column, pinned or not', async () => {
    await using open = await openRunsTab(fewRuns, { columns: [accuracy], order: descending })
    await open.row('c').locator('.best').waitFor()
    await pinByKey(open, 'c')
    await seeRows(open.page, 'c d a b')
    await open.row('c').locator('.best').waitFor()
    assert.equal(await open.grid.locator('.grid-row:not([hidden]) .best').count(), 1)
  })

  it('stand above groups, and in them, where they count', async () => {
    await using open = await openRunsTab(fewRuns, { columns: [accuracy], groupBy: [optimizer.column] })
    await seeRows(open.page, 'optimizer: adam · 2 runs optimizer: sgd · 1 run optimizer: none · 1 run')
    await open.grid.getByText('optimizer: adam').click()
    await open.page.keyboard.press(' ')
    await open.row('a').locator('[aria-colindex="2"]').click()
    await open.page.keyboard.press('p')
    await seeRows(open.page, 'a optimizer: adam · 2 runs a b optimizer: sgd · 1 run optimizer: none · 1 run')
    await status(open, '4 of 4 runs, 1 pinned')
  })

  it('are those of the saved view, without hidden ones, and never more than it takes', async () => {
    await using workspace = await openTestWorkspace()
    const runIds: RunId[] = []
    for (const run of manyRuns.slice(0, maxPinned + 2)) runIds.push(await workspace.logRun('digits', run))
    const [first, second, third] = runIds
    assert.ok(first && second && third)
    const view: SavedView = {
      ...emptyView,
      experiments: ['digits'],
      order: byName,
      columns: [accuracy],
      filter: "run_name LIKE 'r0%'",
      pinned: [third, first],
      hidden: [first],
    }
    await using open = await openCompareView({ client: workspace.client, view })
    await seeRows(open.page, 'r02 r01 r03 r04 r05 r06 r07 r08 r09')
    const filter = open.page.getByRole('combobox', { name: 'Filter runs' })
    await filter.fill('')
    await filter.press('Enter')
    await open.page.getByRole('status').filter({ hasText: '21 of 22 runs' }).waitFor()
    await open.page.locator('.grid').focus()
    await open.page.keyboard.press('Control+a')
    await seeView(open, ({ chosen }) => chosen.length === 21)
    await open.page.keyboard.press('Control+End')
    await open.page.keyboard.press('p')
    await seeView(open, ({ pinned }) => pinned?.length === maxPinned)
    // So many leave half of the table to the others.
    const [top, all] = [
      await open.page.locator('.grid-pinned-rows').boundingBox(),
      await open.page.locator('.grid').boundingBox(),
    ]
    assert.ok(top && all && top.height <= all.height / 2)
    assert.deepEqual(open.errors, [])
  })

  for (const [name, theme] of Object.entries(themes)) {
    it(`have no fault that a checker of accessibility finds, in ${name}`, async () => {
      await using open = await openRunsTab(manyRuns, { columns: [accuracy, optimizer] }, { theme })
      await pinByKey(open, 'r05')
      await pinByKey(open, 'r02')
      assert.deepEqual(await findViolations(open.page, '#panel-runs'), [])
      await keepPicture(open.page, `pinned-${name}`)
    })
  }
})
