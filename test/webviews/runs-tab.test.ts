import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { bundle } from '../../scripts/bundle.ts'
import { findViolations } from './find-violations.ts'
import { keepPicture } from './keep-picture.ts'
import {
  accuracy,
  byName,
  fewRuns,
  focusedCell,
  openRunsTab,
  optimizer,
  type PageElement,
  type RunsTab,
  seeRows,
} from './open-runs-tab.ts'
import { seeView } from './open-view.ts'
import { themes } from './themes.ts'

declare const getComputedStyle: (of: unknown) => { readonly backgroundColor: string }
declare const document: { querySelectorAll(selector: string): ArrayLike<PageElement> }

before(() => bundle({ production: false }))

describe('the table of runs', () => {
  it('chooses what to show, with the metric that people judge by first', async () => {
    await using open = await openRunsTab(fewRuns)
    await open.grid.getByRole('columnheader', { name: 'Param optimizer' }).waitFor()
    const headers = await open.grid.locator('.header-name').allInnerTexts()
    assert.deepEqual(headers, ['Run', 'Started', 'Duration', 'accuracy', 'val_loss', 'optimizer'])
    await seeRows(open.page, 'a b c d')
    assert.equal(await open.cell('b', 'Metric accuracy'), '0.123457')
    assert.equal(await open.cell('d', 'Param optimizer'), '')
    const best = open.grid.locator('.best')
    assert.deepEqual((await best.allInnerTexts()).toSorted(), ['0.7', '1'])
    await open.page.getByRole('status').filter({ hasText: '4 of 4 runs' }).waitFor()
    assert.deepEqual(open.errors, [])
  })

  it('sorts by a column, then by a further one, and says so', async () => {
    await using open = await openRunsTab(fewRuns, { order: [], columns: [optimizer, accuracy] })
    const header = (name: string) => open.grid.getByRole('columnheader', { name })
    await header('Param optimizer').click()
    await header('Metric accuracy').click({ modifiers: ['Shift'] })
    await seeRows(open.page, 'b a c d')
    assert.equal(await header('Param optimizer').getAttribute('aria-sort'), 'ascending')
    await header('Metric accuracy, sorted as number 2').click({ modifiers: ['Shift'] })
    await seeRows(open.page, 'a b c d')
    await header('Metric accuracy').click()
    await seeRows(open.page, 'd c b a')
    await header('Metric accuracy').click()
    await seeRows(open.page, 'b a d c')
    await header('Metric accuracy').click()
    await seeRows(open.page, 'c d a b')
    assert.equal(await header('Metric accuracy').getAttribute('aria-sort'), 'descending')
    await header('Run').click()
    await seeRows(open.page, 'a b c d')
  })

  it('filters by what is typed, and keeps its rows while the filter is wrong', async () => {
    await using open = await openRunsTab(fewRuns, { columns: [accuracy] })
    const box = open.page.getByRole('combobox', { name: 'Filter runs' })
    await box.fill('accuracy >= 0.5')
    await box.press('Enter')
    await seeRows(open.page, 'a c d')
    await open.page.getByRole('status').filter({ hasText: '3 of 4 runs' }).waitFor()
    await box.fill('accuracy >= 0.5 AND accuracy ?? 3')
    await box.press('Enter')
    await open.page.getByRole('alert').filter({ hasText: 'at character 30' }).waitFor()
    assert.equal(await box.getAttribute('aria-invalid'), 'true')
    assert.equal(await open.page.locator('.filter-mark').innerText(), '??')
    await seeRows(open.page, 'a c d')
    await box.fill('accuracy < 0.5')
    await seeRows(open.page, 'b')
    assert.equal(await box.getAttribute('aria-invalid'), null)
    assert.equal(open.view.filter, 'accuracy < 0.5')
  })

  it('completes names and operators by keys', async () => {
    await using open = await openRunsTab(fewRuns, { columns: [accuracy] })
    const box = open.page.getByRole('combobox', { name: 'Filter runs' })
    await box.focus()
    await open.page.keyboard.type('opt')
    await open.page.getByRole('option', { name: 'params.optimizer' }).waitFor()
    await open.page.keyboard.press('Tab')
    await open.page.getByRole('option', { name: '=', exact: true }).waitFor()
    await open.page.keyboard.press('ArrowDown')
    await open.page.keyboard.press('Enter')
    await open.page.keyboard.type("'sgd'")
    await open.page.keyboard.press('Enter')
    await seeRows(open.page, 'c')
  })

  it('completes values of a column by keys, and statuses', async () => {
    await using open = await openRunsTab(fewRuns, { columns: [accuracy] })
    const box = open.page.getByRole('combobox', { name: 'Filter runs' })
    const options = open.page.getByRole('listbox', { name: 'Completions' }).getByRole('option')
    await box.focus()
    await open.page.keyboard.type('params.optimizer = ')
    await options.getByText("'adam'").waitFor()
    assert.deepEqual(await options.allInnerTexts(), ["'adam'", "'sgd'"])
    await open.page.keyboard.press('ArrowDown')
    await open.page.keyboard.press('ArrowDown')
    assert.equal(await box.getAttribute('aria-activedescendant'), await options.nth(1).getAttribute('id'))
    await open.page.keyboard.press('Enter')
    assert.equal(await box.inputValue(), "params.optimizer = 'sgd' ")
    await open.page.keyboard.type('AND attributes.status = fa')
    await options.getByText("'FAILED'").waitFor()
    await open.page.keyboard.press('Tab')
    await open.page.keyboard.press('Enter')
    await seeRows(open.page, 'c')
    assert.equal(open.view.filter, "params.optimizer = 'sgd' AND attributes.status = 'FAILED' ")
    assert.deepEqual(open.errors, [])
  })

  it('chooses runs by keys and by the mouse, in order', async () => {
    await using open = await openRunsTab(fewRuns, { columns: [accuracy] })
    await seeRows(open.page, 'a b c d')
    const { keyboard } = open.page
    await open.grid.focus()
    await keyboard.press('ArrowDown')
    assert.equal(await focusedCell(open.page), 'b')
    await keyboard.press('Space')
    await open.page.getByRole('checkbox', { name: 'Choose d' }).click({ modifiers: ['Shift'] })
    await seeView(open, ({ chosen }) => chosen.length === 3)
    const { runs } = await open.workspace.client.call('runs/list', { experimentIds: [await idOf(open)] })
    const nameOf = (runId: string) => runs.find((run) => run.runId === runId)?.name
    assert.deepEqual(open.view.chosen.map(nameOf), ['b', 'c', 'd'])
    await open.row('c').and(open.page.locator('[aria-selected="true"]')).waitFor()
    await open.page.getByRole('checkbox', { name: 'Choose c' }).click()
    await seeView(open, ({ chosen }) => chosen.length === 2)
    await keyboard.press('Control+a')
    await seeView(open, ({ chosen }) => chosen.length === 4)
    assert.deepEqual(open.view.chosen.map(nameOf), ['b', 'd', 'a', 'c'])
    await keyboard.press('Escape')
    await seeView(open, ({ chosen }) => chosen.length === 0)
  })

  it('offers what can be done with a run, and asks the extension for it', async () => {
    await using open = await openRunsTab(fewRuns, { columns: [accuracy] })
    await seeRows(open.page, 'a b c d')
    await open.grid.focus()
    await open.page.keyboard.press('Enter')
    await open.page.getByRole('menu', { name: 'Menu of a' }).waitFor()
    await open.page.keyboard.press('o')
    await open.page.keyboard.press('Enter')
    await open.row('c').click({ button: 'right' })
    await open.page.getByRole('menuitem', { name: 'Hide Run' }).click()
    await seeRows(open.page, 'a b d')
    await open.page.getByRole('button', { name: 'Show hidden (1)' }).click()
    await seeRows(open.page, 'a b c d')
    assert.deepEqual(
      open.actions.map(({ kind }) => kind),
      ['open-log'],
    )
    assert.equal(open.view.hidden.length, 1)
  })

  it('starts, tags and opens runs through the extension, several where several are chosen', async () => {
    await using open = await openRunsTab(fewRuns, { columns: [accuracy] })
    const pick = async (run: string, item: string) => {
      await open.row(run).click({ button: 'right' })
      await open.page.getByRole('menuitem', { name: item, exact: true }).click()
    }
    await pick('c', 'Re-run')
    await pick('c', 'Re-run with Changes …')
    await pick('c', 'Restore Code …')
    await pick('c', 'Open Source at the Run’s Version')
    await pick('c', 'Register Model …')
    for (const name of ['a', 'b']) await open.page.getByRole('checkbox', { name: `Choose ${name}` }).click()
    await seeView(open, ({ chosen }) => chosen.length === 2)
    await pick('a', 'Re-run 2 Chosen Runs')
    await pick('b', 'Set Tag …')
    await pick('c', 'Remove Tags …')
    await open.see(() => open.actions.length === 8)
    assert.deepEqual(
      open.actions.map((action) => [action.kind, 'runIds' in action ? action.runIds.length : 1]),
      [
        ['rerun-runs', 1],
        ['rerun-with-changes', 1],
        ['restore-code', 1],
        ['open-source', 1],
        ['register-model', 1],
        ['rerun-runs', 2],
        ['set-tag', 2],
        ['remove-tags', 1],
      ],
    )
  })

  it('gives a chosen run the colour that is picked', async () => {
    await using open = await openRunsTab(fewRuns, { columns: [accuracy] })
    await open.page.getByRole('checkbox', { name: 'Choose a' }).click()
    await open.page.getByRole('button', { name: 'Colour of a' }).click()
    await open.page.getByRole('dialog', { name: 'Colours for a' }).waitFor()
    await open.page.keyboard.press('ArrowRight')
    await open.page.keyboard.press('Enter')
    await seeView(open, ({ colors }) => Object.values(colors)[0] === '#d55e00')
    const swatch = open.page.getByRole('button', { name: 'Colour of a' })
    assert.match((await swatch.getAttribute('style')) ?? '', /rgb\(213, 94, 0\)/)
  })

  it('moves, resizes, pins and hides columns by keys and by the mouse', async () => {
    await using open = await openRunsTab(fewRuns, { columns: [accuracy, optimizer] })
    await seeRows(open.page, 'a b c d')
    const { keyboard, mouse } = open.page
    const headers = () => open.grid.locator('.header-name').allInnerTexts()
    const order = () => open.view.columns.map(({ column }) => ('key' in column ? column.key : '')).join(' ')
    await open.grid.focus()
    for (const key of ['ArrowUp', 'ArrowRight', 'Alt+ArrowRight']) await keyboard.press(key)
    await seeView(open, () => order() === 'optimizer accuracy')
    await keyboard.press('Control+Shift+ArrowRight')
    await seeView(open, ({ columns }) => columns[1]?.width === 136)
    await keyboard.press('Shift+F10')
    await open.page.getByRole('menuitem', { name: 'Pin Column' }).click()
    await seeView(open, ({ columns }) => columns[1]?.pinned === true)
    assert.deepEqual((await headers()).toSorted(), ['Run', 'accuracy', 'optimizer'])

    const box = await open.grid.getByRole('columnheader', { name: 'Param optimizer' }).boundingBox()
    assert.ok(box)
    const edge = { x: box.x + box.width - 4, y: box.y }
    await mouse.move(edge.x + 2, edge.y + 8)
    await mouse.down()
    await mouse.move(edge.x + 52, edge.y + 8)
    await mouse.up()
    await seeView(open, ({ columns }) => columns[0]?.width === 170)
    assert.deepEqual(open.view.order, byName)
    await open.grid.getByRole('columnheader', { name: 'Metric accuracy' }).click({ button: 'right' })
    await open.page.getByRole('menuitem', { name: 'Hide Column' }).click()
    await seeView(open, () => order() === 'optimizer')
  })

  it('shows the least or greatest value of a series when asked to', async () => {
    await using open = await openRunsTab(fewRuns, { columns: [accuracy] })
    await seeRows(open.page, 'a b c d')
    await open.grid.getByRole('columnheader', { name: 'Metric accuracy' }).click({ button: 'right' })
    await open.page.getByRole('menuitemradio', { name: 'Show Greatest Value' }).click()
    await open.grid.getByRole('gridcell', { name: '0.75' }).waitFor()
    assert.equal(await open.cell('c', 'Metric accuracy, max'), '0.75')
  })

  it('finds columns among all keys, and shows those that match', async () => {
    await using open = await openRunsTab(fewRuns, { columns: [accuracy] })
    await open.page.getByRole('button', { name: 'Columns' }).click()
    await open.page.getByRole('dialog', { name: 'Choose columns' }).waitFor()
    await open.page.keyboard.type('metric')
    await open.page.getByRole('status').filter({ hasText: '2 of' }).waitFor()
    const option = open.page.getByRole('option', { name: 'val_loss' })
    assert.equal(await option.getAttribute('aria-selected'), 'false')
    await open.page.keyboard.press('ArrowDown')
    await open.page.keyboard.press('ArrowDown')
    await open.page.keyboard.press('Space')
    await open.grid.getByRole('columnheader', { name: 'Metric val_loss' }).waitFor()
    await open.page.getByRole('button', { name: 'Hide All Matching' }).click()
    await seeView(open, ({ columns }) => columns.length === 0)
    await open.page.keyboard.press('Escape')
    await open.page.getByRole('dialog').waitFor({ state: 'detached' })
  })

  it('groups runs by a column, sums them up, and shows the runs of a group', async () => {
    await using open = await openRunsTab(fewRuns, { columns: [optimizer, accuracy] })
    await open.grid.getByRole('columnheader', { name: 'Param optimizer' }).click({ button: 'right' })
    await open.page.getByRole('menuitem', { name: 'Group by This Column' }).click()
    const adam = open.page.getByRole('button', { name: 'Show the runs of optimizer: adam' })
    await adam.waitFor()
    await seeRows(open.page, 'optimizer: adam · 2 runs optimizer: sgd · 1 run optimizer: none · 1 run')
    await open.grid.getByRole('gridcell', { name: '0.3117 ± 0.27 · best 0.5' }).waitFor()
    await adam.click()
    await seeRows(open.page, 'optimizer: adam · 2 runs a b optimizer: sgd · 1 run optimizer: none · 1 run')
    await open.page.getByRole('button', { name: 'Show the runs of optimizer: none' }).click()
    await seeRows(open.page, 'optimizer: adam · 2 runs a b optimizer: sgd · 1 run optimizer: none · 1 run d')
    await open.page.getByRole('button', { name: 'Do not group by optimizer' }).click()
    await seeRows(open.page, 'a b c d')
    assert.deepEqual(open.errors, [])
  })

  it('shows what happens while it is looked at, without moving', async () => {
    await using open = await openRunsTab(fewRuns, { columns: [accuracy] })
    await seeRows(open.page, 'a b c d')
    await open.grid.focus()
    await open.page.keyboard.press('ArrowDown')
    await open.workspace.logRun('digits', { name: 'e', metrics: { accuracy: [0.9] } })
    await seeRows(open.page, 'a b c d e')
    await open.grid.getByRole('gridcell', { name: '0.9' }).waitFor()
    await open.page.getByRole('status').filter({ hasText: '5 of 5 runs' }).waitFor()
    assert.equal(await focusedCell(open.page), 'b')
    assert.equal(await open.page.evaluate('document.activeElement.className'), 'grid')
  })

  it('fetches nothing while another tab is looked at', async () => {
    await using open = await openRunsTab(fewRuns, { columns: [accuracy] })
    await seeRows(open.page, 'a b c d')
    const calls: string[] = []
    open.page.on('request', (request) => calls.push(request.postData() ?? ''))
    await open.page.getByRole('tab', { name: 'Differences' }).click()
    await open.workspace.logRun('digits', { name: 'e', metrics: { accuracy: [0.9] } })
    const seen = open.page.waitForRequest((request) => (request.postData() ?? '').includes('table/rows'))
    await open.page.getByRole('tab', { name: 'Runs' }).click()
    const before = calls.findIndex((call) => call.includes('"tab":"runs"'))
    assert.ok(!calls.slice(0, before).some((call) => call.includes('table/rows')))
    await seen
    await seeRows(open.page, 'a b c d e')
  })

  it('keeps to some hundred elements however many runs and columns there are', async () => {
    const metrics = Object.fromEntries(Array.from({ length: 120 }, (_, key) => [`m${key}`, [key]]))
    const runs = Array.from({ length: 150 }, (_, index) => ({ name: `r${String(index).padStart(3, '0')}`, metrics }))
    const columns = Object.keys(metrics).map((key) => ({
      column: { kind: 'metric', key, aggregate: 'last' } as const,
      width: 100,
      pinned: false,
    }))
    await using open = await openRunsTab(runs, { columns })
    await open.grid.focus()
    await open.page.keyboard.press('Control+End')
    await open.row('r149').getByRole('gridcell', { name: '119', exact: true }).waitFor()
    assert.equal(await focusedCell(open.page), '119')
    const elementCount = await open.page.evaluate(() => document.querySelectorAll('*').length)
    assert.ok(elementCount < 600, `${elementCount} elements`)
    assert.equal(await open.grid.getAttribute('aria-rowcount'), '151')
    assert.equal(await open.grid.getAttribute('aria-colcount'), '121')
    assert.ok(open.sentBytes < 400_000, `${open.sentBytes} bytes were sent`)
  })

  for (const [name, theme] of Object.entries(themes)) {
    it(`paints a chosen row in one opaque colour, pinned cells and others, in ${name}`, async () => {
      await using open = await openRunsTab(fewRuns, { columns: [{ ...accuracy, pinned: true }, optimizer] }, { theme })
      await seeRows(open.page, 'a b c d')
      await open.page.getByRole('checkbox', { name: 'Choose b' }).click()
      await open.row('b').and(open.page.locator('[aria-selected="true"]')).waitFor()
      await open.page.mouse.move(0, 0)
      const colors = await open.row('b').evaluate((row) => {
        const { children } = row as unknown as { children: Iterable<unknown> }
        return [row, ...children].map((part) => getComputedStyle(part).backgroundColor)
      })
      const [whole, ...cells] = colors
      assert.match(whole ?? '', /^rgb\(/, 'opaque')
      const clear = 'rgba(0, 0, 0, 0)'
      assert.deepEqual(new Set(cells.filter((color) => color !== clear)), new Set([whole]))
      if ('--vscode-list-inactiveSelectionBackground' in theme) {
        assert.notEqual(whole, await open.row('a').evaluate((row) => getComputedStyle(row).backgroundColor))
      }
      await keepPicture(open.page, `chosen-row-${name}`)
    })

    it(`has no fault that a checker of accessibility finds, in ${name}`, async () => {
      await using open = await openRunsTab(fewRuns, {}, { theme })
      await open.grid.getByRole('columnheader', { name: 'Param optimizer' }).waitFor()
      await open.page.getByRole('checkbox', { name: 'Choose b' }).click()
      assert.deepEqual(await findViolations(open.page, '#panel-runs'), [])
      await open.row('a').click({ button: 'right' })
      assert.deepEqual(await findViolations(open.page, '.popover'), [])
      await open.page.keyboard.press('Escape')
      await open.page.getByRole('button', { name: 'Columns' }).click()
      await open.page.getByRole('dialog').waitFor()
      assert.deepEqual(await findViolations(open.page, '.popover'), [])
      await open.page.keyboard.press('Escape')
      const box = open.page.getByRole('combobox', { name: 'Filter runs' })
      await box.fill('a ?')
      await open.page.keyboard.press('Enter')
      await open.page.getByRole('alert').waitFor()
      assert.deepEqual(await findViolations(open.page, '#panel-runs'), [])
      assert.deepEqual(open.errors, [])
    })
  }
})

async function idOf(open: RunsTab) {
  const { experiment } = await open.workspace.client.call('experiments/ensure', { name: 'digits' })
  return experiment.experimentId
}
