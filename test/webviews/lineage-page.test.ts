import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { afterEach, before, describe, it } from 'node:test'
import type { Page } from 'playwright-core'
import { bundle } from '../../scripts/bundle.ts'
import { joinLineages } from '../../src/extension/lineage/join-lineages.ts'
import { describeLineage } from '../../src/extension/lineage/lineage-page.ts'
import { localizeBy } from '../../src/extension/localize.ts'
import { isRecord } from '../../src/protocol/json.ts'
import type { FromLineagePage, ToLineagePage } from '../../src/protocol/lineage-page-messages.ts'
import type { LineageGraph } from '../../src/protocol/lineage.ts'
import type { PageRequest } from '../../src/protocol/webview-messages.ts'
import { findViolations } from './find-violations.ts'
import { keepPicture } from './keep-picture.ts'
import { digitsLineage, fanLineage } from './lineages.ts'
import { openPage, type OpenPage, type PageLook } from './open-page.ts'
import { themes } from './themes.ts'

type Told = Exclude<FromLineagePage, { kind: PageRequest['kind'] }> & { readonly kind: string }

describe('the page of a lineage', { timeout: 300_000 }, () => {
  before(() => bundle({ production: false }))

  const told: Told[] = []
  afterEach(() => {
    told.splice(0)
    localizeBy({ t: (message) => message }, 'en')
  })

  const open = (graph: LineageGraph = digitsLineage, look: PageLook = {}): Promise<OpenPage> =>
    openPage<ToLineagePage, Told>({
      theme: themes.darkModern,
      ...look,
      name: 'lineage',
      show: async () =>
        describeLineage(joinLineages([graph], 2000), {
          connectionId: 'test',
          kind: 'model-version',
          id: 'digits/3',
          name: 'digits/3',
          expanded: [],
        }),
      told: (message) => void told.push(message),
    })

  const node = (page: Page, name: string) => page.getByRole('button', { name: new RegExp(`^${name}`) })
  const isFocused = async (page: Page, name: string) => {
    const focused = page.locator(':focus')
    await focused.filter({ hasText: name }).waitFor()
    return focused.evaluate((made) => Object(made).className)
  }

  it('draws what was first before what came of it, and marks where it begins', async () => {
    await using view = await open()
    const { page } = view
    await page.getByRole('heading', { level: 1, name: 'Lineage of digits version 3' }).waitFor()
    await page.getByText('8 of at least 15 shown').waitFor()
    const order = [
      'data/raw.csv',
      'prepare',
      'data/clean.csv',
      'train',
      'models/digits.onnx',
      'digits version 3',
      'serve',
    ]
    const boxes = await Promise.all(order.map((name) => node(page, name).boundingBox()))
    const starts = boxes.map((box) => box?.x ?? NaN)
    assert.deepEqual(
      starts,
      starts.toSorted((a, b) => a - b),
    )
    assert.equal(new Set(starts).size, order.length)
    await page
      .getByRole('button', { name: 'digits version 3 model version · @champion start of this lineage' })
      .waitFor()
    await page.getByRole('button', { name: 'data/raw.csv data · ⁦1111111111⁩ 7 more after it not shown' }).waitFor()
    assert.deepEqual(view.errors, [])
  })

  it('is walked along its edges with the arrow keys, back the same way, and says what leads to a node', async () => {
    await using view = await open()
    const { page } = view
    await isFocused(page, 'digits version 3')
    await page.keyboard.press('ArrowRight')
    await isFocused(page, 'serve')
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('ArrowLeft')
    await page
      .locator(':focus')
      .filter({ hasText: /train|models/ })
      .waitFor()
    await node(page, 'train').focus()
    await page.getByText('train · read data/clean.csv [2222222222] (training, found open)').waitFor()
    await page.keyboard.press('ArrowLeft')
    const first = await page.locator(':focus').innerText()
    await page.keyboard.press(first.startsWith('data/clean') ? 'ArrowDown' : 'ArrowUp')
    await page
      .locator(':focus')
      .filter({ hasNotText: first.split('\n')[0] ?? '' })
      .waitFor()
    await page.keyboard.press('Home')
    assert.match(await isFocused(page, 'digits version 3'), /\bstart\b/)
    // One stop for Tab, and the page keeps where it is.
    assert.equal(await page.locator('.node[tabindex="0"]').count(), 1)
    assert.deepEqual(view.errors, [])
  })

  it('opens a node by Enter or a click, and does more from its menu', async () => {
    await using view = await open()
    const { page } = view
    const seeTold = (kind: Told['kind'], key: string) =>
      view.see(() => told.some((message) => message.kind === kind && 'key' in message && message.key === key))
    await node(page, 'train').focus()
    await page.keyboard.press('Enter')
    await seeTold('open', 'run:train')
    await node(page, 'data/raw.csv').click()
    await seeTold('open', 'data:1111111111111111')
    await page.keyboard.press('+')
    await seeTold('expand', 'data:1111111111111111')
    await node(page, 'prepare').click({ button: 'right' })
    await page.getByRole('menuitem', { name: 'Show Its Lineage' }).click()
    await seeTold('begin', 'run:prepare')
    await node(page, 'prepare').focus()
    await page.keyboard.press('Shift+F10')
    await page.getByRole('menuitem', { name: 'Show More Next to It' }).click()
    await seeTold('expand', 'run:prepare')
    await page.getByRole('button', { name: 'Copy as Markdown' }).click()
    await view.see(() => told.some(({ kind }) => kind === 'copy'))
    await page.getByRole('button', { name: 'Open as Text' }).click()
    await view.see(() => told.some(({ kind }) => kind === 'as-text'))
  })

  it('is a table too, with a row for each edge', async () => {
    await using view = await open()
    const { page } = view
    await page.getByRole('button', { name: 'Show as Table' }).click()
    await page
      .getByRole('row', { name: /^data\/clean\.csv .*read by run train \(FINISHED\) \(training, found open\)$/ })
      .waitFor()
    assert.equal(await page.getByRole('row').count(), digitsLineage.edges.length + 1)
    assert.deepEqual(await findViolations(page), [])
    await page.getByRole('button', { name: 'Show as Graph' }).click()
    await node(page, 'train').waitFor()
  })

  it('keeps for a reload of the window where it begins and where one was', async () => {
    await using view = await open()
    const { page } = view
    await node(page, 'prepare').focus()
    const kept: unknown = JSON.parse(await page.evaluate(`sessionStorage.getItem('state')`))
    assert.ok(isRecord(kept))
    assert.deepEqual(
      [kept['kind'], kept['id'], kept['connectionId'], kept['at']],
      ['model-version', 'digits/3', 'test', 'run:prepare'],
    )
  })

  it('stays usable with hundreds of nodes', async () => {
    await using view = await open(fanLineage(600))
    const { page } = view
    await isFocused(page, 'data/all.csv')
    await page.keyboard.press('ArrowRight')
    const first = await page.locator(':focus').innerText()
    await page.keyboard.press('ArrowDown')
    await page
      .locator(':focus')
      .filter({ hasNotText: first.split('\n')[0] ?? '' })
      .waitFor()
    assert.ok(await page.locator(':focus').evaluate((made) => Object(made).getBoundingClientRect().top >= 0))
    assert.equal(await page.locator('.node').count(), 601)
    assert.deepEqual(view.errors, [])
  })

  it('runs from right to left in Arabic, and the arrows go where they point', async () => {
    // SAFETY: the test of the texts reads it as this, too.
    const texts = JSON.parse(
      await readFile(new URL('../../l10n/bundle.l10n.ar.json', import.meta.url), 'utf8'),
    ) as Readonly<Record<string, string>>
    localizeBy({ t: (message) => texts[message] ?? message }, 'ar')
    await using view = await open(digitsLineage, { language: 'ar' })
    const { page } = view
    await isFocused(page, 'digits')
    await page.keyboard.press('ArrowLeft')
    await isFocused(page, 'serve')
    const [start, next] = await Promise.all(
      ['.start', ':focus'].map((selector) => page.locator(selector).boundingBox()),
    )
    assert.ok((next?.x ?? NaN) < (start?.x ?? NaN))
    assert.deepEqual(await findViolations(page), [])
    await keepPicture(page, 'lineage-arabic')
  })

  for (const [name, theme] of Object.entries(themes)) {
    it(`has no fault that axe knows in ${name}`, async () => {
      await using view = await open(digitsLineage, { theme, size: { width: 1900, height: 700 } })
      const { page } = view
      await node(page, 'train').focus()
      assert.deepEqual(await findViolations(page), [])
      await keepPicture(page, `lineage-${name}`)
    })
  }
})
