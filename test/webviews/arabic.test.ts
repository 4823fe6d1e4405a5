import assert from 'node:assert/strict'

import { after, before, describe, it } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import { bundle } from '../../scripts/bundle.ts'
import type { RunId } from '../../src/protocol/ids.ts'
import type { SavedView } from '../../src/protocol/saved-view.ts'
import { openTestWorkspace, type TestWorkspace } from '../vscode/workspace.ts'
import { findViolations, wcagRules } from './find-violations.ts'
import { keepPicture } from './keep-picture.ts'
import { openCompareView, type OpenViewOptions } from './open-view.ts'
import { themes } from './themes.ts'
import { emptyView } from './views.ts'

const size = { width: 1000, height: 600 }

const metricColumn = (index: number) =>
  ({ column: { kind: 'metric', key: `m${index}`, aggregate: 'last' }, width: 100, pinned: index === 0 }) as const

describe('the comparison in Arabic', () => {
  let workspace: TestWorkspace
  const runIds: RunId[] = []

  before(async () => {
    await bundle({ production: false })
    workspace = await openTestWorkspace()
    for (const [index, name] of ['calm-otter', 'نموذج أساسي', 'swift-fox'].entries()) {
      const metrics = Object.fromEntries(Array.from({ length: 40 }, (_, key) => [`m${key}`, [key, key + index / 8]]))
      const params = { optimizer: index === 0 ? 'adam' : 'sgd' }
      runIds.push(await workspace.logRun('digits', { name, params, metrics }))
    }
  })
  after(() => workspace[Symbol.asyncDispose]())

  const open = (view: Partial<SavedView> = {}, theme: OpenViewOptions['theme'] = themes.darkModern) =>
    openCompareView({
      client: workspace.client,
      view: {
        ...emptyView,
        experiments: ['digits'],
        columns: Array.from({ length: 40 }, (_, index) => metricColumn(index)),
        ...view,
      },
      language: 'ar',
      theme,
      size,
    })

  it('has its first columns at the right edge, and keeps them there while it scrolls to the left', async () => {
    await using view = await open()
    const { page } = view
    await page.getByRole('row').filter({ hasText: 'calm-otter' }).waitFor()
    const name = page.getByRole('columnheader', { name: 'التشغيل', exact: true })
    const pinned = headerOf(page, 'm0')
    const first = headerOf(page, 'm1')
    assert.ok(size.width - (await rightOf(name)) < 20)
    const placeBefore = await rightOf(pinned)
    assert.ok(placeBefore < (await leftOf(name)) + 1)
    assert.ok((await rightOf(first)) < (await leftOf(pinned)) + 1)
    const grid = page.getByRole('grid')
    await grid.hover()
    await page.mouse.wheel(-600, 0)
    const later = headerOf(page, 'm12')
    await later.waitFor()
    assert.equal(await rightOf(pinned), placeBefore)
    assert.ok((await leftOf(later)) >= 0)
    assert.deepEqual(view.errors, [])
  })

  it('goes with the arrow keys where they point, as far as the last column', async () => {
    await using view = await open()
    const { page } = view
    await page.getByRole('row').filter({ hasText: 'calm-otter' }).waitFor()
    const grid = page.getByRole('grid')
    await grid.focus()
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('ArrowLeft')
    const focused = () => page.locator('[data-focused]').first().getAttribute('aria-colindex')
    assert.equal(await focused(), '3')
    await page.keyboard.press('ArrowRight')
    assert.equal(await focused(), '2')
    await page.keyboard.press('End')
    await headerOf(page, 'm39').waitFor()
    assert.equal(await focused(), '41')
    const last = page.locator('[data-focused]').first()
    assert.ok((await leftOf(last)) >= 0 && (await leftOf(last)) < 60, 'at the left edge')
  })

  it('widens and moves a column by the mouse towards where it goes', async () => {
    await using view = await open()
    const { page } = view
    const header = headerOf(page, 'm1')
    await header.waitFor()
    const { x, y, width, height } = await boxOf(header)
    const end = { x: x + 2, y: y + height / 2 }
    await drag(page, end, { x: end.x - 50, y: end.y })
    await view.see(() => view.view.columns[1]?.width === 150)
    await drag(page, { x: x + width / 2, y: end.y }, { x: x - 140, y: end.y })
    await view.see(() => view.view.columns[1]?.column.kind === 'metric' && keyAt(view.view, 1) === 'm2')
    assert.equal(keyAt(view.view, 2), 'm1')
  })

  it('moves between its tabs by the arrow keys, mirrored', async () => {
    await using view = await open()
    const { page } = view
    await page.getByRole('tab', { name: 'عمليات التشغيل' }).press('ArrowLeft')
    await page.getByRole('tab', { name: 'المخططات', selected: true }).waitFor()
    await page.keyboard.press('ArrowRight')
    await page.getByRole('tab', { name: 'عمليات التشغيل', selected: true }).waitFor()
  })

  it('opens its menu at the pointer, within the page', async () => {
    await using view = await open()
    const { page } = view
    const row = page.getByRole('row').filter({ hasText: 'swift-fox' })
    await row.getByText('swift-fox').click({ button: 'right' })
    const menu = page.getByRole('menu')
    await menu.getByRole('menuitem', { name: 'نسخ معرّف التشغيل' }).waitFor()
    const { x, width } = await boxOf(menu)
    assert.ok(x >= 0 && x + width <= size.width, `${x} to ${x + width}`)
  })

  it('says numbers of runs in the form for that number', async () => {
    await using view = await open({ chosen: runIds.slice(0, 2), tab: 'differences' })
    await view.page.getByRole('table', { name: 'الفروق بين عمليتي تشغيل' }).waitFor()
  })

  it('draws the x axis of a chart from left to right', async () => {
    await using view = await open({ tab: 'charts', charts: [] })
    const { page } = view
    await page.getByRole('figure').first().waitFor()
    const legend = page.locator('.legend')
    assert.ok(size.width - (await rightOf(legend)) < 20, 'the runs are at the right')
    assert.equal(await page.evaluate('getComputedStyle(document.querySelector(".plot")).direction'), 'ltr')
  })

  for (const [name, theme] of Object.entries(themes)) {
    it(`has no fault that a checker of accessibility finds, and no text in English, in ${name}`, async () => {
      for (const tab of ['runs', 'charts', 'differences'] as const) {
        await using view = await open({ tab, chosen: runIds }, theme)
        const { page } = view
        await page.getByRole('tabpanel').getByText('calm-otter').first().waitFor()
        await keepPicture(page, `arabic-${tab}-${name}`)
        assert.deepEqual(await findViolations(page, ':root', wcagRules), [])
        assert.deepEqual(await page.evaluate(findLatinTexts), [])
        assert.deepEqual(view.errors, [])
      }
    })
  }
})

/** What people see as words in Latin letters, but for names that were logged. Runs in the page. */
const findLatinTexts = `[...document.querySelectorAll('button, label, h2, [role=tab], [role=status], .chart-notes, option')]
  .filter((node) => node.checkVisibility())
  .map((node) => node.textContent.replaceAll(/m\\d+|calm-otter|swift-fox|optimizer|adam|sgd|Markdown|PNG|CSV|\\b[XY]\\b/g, ''))
  .filter((text) => /[a-z]{2}/i.test(text))`

/** Values stand in isolates in a sentence. */
const headerOf = (page: Page, key: string) =>
  page.getByRole('columnheader', { name: `المقياس \u2068${key}\u2069`, exact: true })

const keyAt = ({ columns }: SavedView, index: number) => {
  const column = columns[index]?.column
  return column?.kind === 'metric' ? column.key : undefined
}

async function boxOf(locator: Locator) {
  const box = await locator.boundingBox()
  assert.ok(box !== null)
  return box
}

const leftOf = async (locator: Locator) => (await boxOf(locator)).x

async function rightOf(locator: Locator): Promise<number> {
  const { x, width } = await boxOf(locator)
  return x + width
}

interface Place {
  readonly x: number
  readonly y: number
}

async function drag({ mouse }: Page, from: Place, to: Place): Promise<void> {
  await mouse.move(from.x, from.y)
  await mouse.down()
  await mouse.move((from.x + to.x) / 2, to.y, { steps: 3 })
  await mouse.move(to.x, to.y, { steps: 3 })
  await mouse.up()
}
