import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { afterEach, before, describe, it } from 'node:test'
import type { Page } from 'playwright-core'
import { bundle } from '../../scripts/bundle.ts'
import { describeLayers, describeSearch } from '../../src/extension/compression/compression-page.ts'
import { localizeBy } from '../../src/extension/localize.ts'
import type { FromCompressionPage, ToCompressionPage } from '../../src/protocol/compression-page-messages.ts'
import type { SearchReport } from '../../src/protocol/compression.ts'
import { isRecord } from '../../src/protocol/json.ts'
import type { PageRequest } from '../../src/protocol/webview-messages.ts'
import { findViolations } from './find-violations.ts'
import { keepPicture } from './keep-picture.ts'
import { openPage, type OpenPage, type PageLook } from './open-page.ts'
import { digitsLayers, digitsSearch } from './searches.ts'
import { themes } from './themes.ts'

type Told = Exclude<FromCompressionPage, { kind: PageRequest['kind'] }> & { readonly kind: string }

describe('the page of a search for a smaller model', { timeout: 300_000 }, () => {
  before(() => bundle({ production: false }))

  const told: Told[] = []
  afterEach(() => {
    told.splice(0)
    localizeBy({ t: (message) => message }, 'en')
  })

  const kept = { place: { kind: 'file', path: '/work/digits/search.json' }, name: 'digits.onnx' } as const
  const messageOf = (report: SearchReport) => describeSearch(report, kept, report.isDone)
  const open = (report = digitsSearch(), look: PageLook = {}): Promise<OpenPage> =>
    openPage<ToCompressionPage, Told>({
      theme: themes.darkModern,
      ...look,
      name: 'pareto',
      kept,
      show: async () => messageOf(report),
      told: (message) => void told.push(message),
    })
  const send = (page: Page, message: ToCompressionPage) =>
    page.evaluate(`window.postMessage(${JSON.stringify(message)}, '*')`)

  const model = (page: Page, name: string) => page.getByRole('radio', { name: new RegExp(`^${RegExp.escape(name)}, `) })
  const details = (page: Page) => page.locator('.details')
  const isChosen = (page: Page, name: string) =>
    model(page, name).and(page.locator('[aria-checked="true"]')).and(page.locator(':focus')).waitFor()

  it('begins with what is recommended, and tells the recipe, figures with intervals, and layers', async () => {
    await using view = await open()
    const { page } = view
    await page.getByRole('heading', { level: 1, name: 'Compression: digits.onnx' }).waitFor()
    await page.getByText('7 models measured · 5 on the front · recommended: clean-up, dynamic-int8').waitFor()
    assert.equal(await page.getByRole('radio').count(), 8)
    await details(page).getByRole('heading', { level: 2, name: 'clean-up, dynamic-int8' }).waitFor()
    assert.deepEqual(await details(page).locator('ol li').allInnerTexts(), ['clean-up', 'dynamic-int8'])
    await details(page)
      .getByRole('row', { name: /^Accuracy lost 0\.4% 0% … 0\.8% 0%$/ })
      .waitFor()
    await view.see(() => told.some((message) => message.kind === 'look' && message.number === 2))
    await send(page, { kind: 'layers', ...describeLayers(2, digitsLayers) })
    await details(page)
      .getByRole('row', { name: /^hidden multiplied in integers MatMul float32 · 976\.6 KiB .* 244\.1 KiB$/ })
      .waitFor()
    await details(page).getByText('Nodes with weights that still run in float: 1 of 2.').waitFor()
    assert.deepEqual(view.errors, [])
  })

  it('says of what is not good enough why, and of the original what it is', async () => {
    await using view = await open()
    const { page } = view
    await model(page, 'clean-up, static-int8 (method=mse)').click()
    await details(page).getByText('accuracy-drop<=1% is missed with 2.1%').waitFor()
    await model(page, 'clean-up, fp16').click()
    await details(page).getByText('slower than the original').waitFor()
    await model(page, 'clean-up, weight-int4 (block=32)').click()
    await details(page).getByText('accuracy-drop<=1% is not sure: it may be missed with other samples').waitFor()
    await model(page, 'digits.onnx').click()
    await details(page).getByText('The model as it is.').waitFor()
    assert.equal(await details(page).getByRole('button').count(), 0)
  })

  it('is walked through by keys, and hands on what is to be done', async () => {
    await using view = await open()
    const { page } = view
    await model(page, 'clean-up, dynamic-int8').focus()
    await page.keyboard.press('ArrowRight')
    await isChosen(page, 'clean-up, weight-int8')
    await page.keyboard.press('Home')
    await isChosen(page, 'clean-up, structured-pruning (share=0.5), dynamic-int8')
    await page.keyboard.press('ArrowUp')
    await isChosen(page, 'clean-up, static-int8 (method=mse)')
    for (const [button, kind] of [
      ['Export Model…', 'export'],
      ['Register as Model Version…', 'register'],
      ['Copy Command That Repeats It', 'copy'],
      ['Show Run', 'open-run'],
    ] as const) {
      await details(page).getByRole('button', { name: button }).press('Enter')
      await view.see(() => told.some((message) => message.kind === kind && message.number === 3))
    }
  })

  it('draws other measures when they are chosen, and keeps that and the model over a reload', async () => {
    await using view = await open()
    const { page } = view
    const across = (name: string) => page.locator('.axes .title').getByText(name).waitFor()
    await across('Size (less is better)')
    await page.getByLabel('Across', { exact: true }).selectOption({ label: 'Memory' })
    await across('Memory (less is better)')
    await page.getByLabel('Up', { exact: true }).selectOption({ label: 'Speed beside the original' })
    await across('Speed beside the original (more is better)')
    await model(page, 'clean-up, weight-int8').click()
    await isChosen(page, 'clean-up, weight-int8')
    const state: unknown = JSON.parse(await page.evaluate(`sessionStorage.getItem('state')`))
    assert.ok(isRecord(state))
    assert.deepEqual(state['shown'], { chosen: 7, x: 'memory', y: 'speedup' })
    await page.reload()
    await across('Memory (less is better)')
    await details(page).getByRole('heading', { level: 2, name: 'clean-up, weight-int8' }).waitFor()
  })

  it('is a table too, in which a model can be chosen', async () => {
    await using view = await open()
    const { page } = view
    await page.getByRole('button', { name: 'Show as Table' }).click()
    await page.locator('.table-place').getByRole('row').nth(8).waitFor()
    assert.equal(await page.locator('.table-place').getByRole('row').count(), 9)
    await page.getByRole('row', { name: /^clean-up, fp16 slower than the original 517\.6 KiB / }).waitFor()
    await page.getByRole('button', { name: 'clean-up, fp16' }).press('Enter')
    await details(page).getByRole('heading', { level: 2, name: 'clean-up, fp16' }).waitFor()
    assert.deepEqual(await findViolations(page), [])
  })

  it('shows models as they come in, and leaves what is looked at as it is', async () => {
    const all = digitsSearch()
    const early = digitsSearch({ isDone: false, recommended: undefined, trying: 'clean-up, weight-int8' })
    await using view = await open({ ...early, candidates: all.candidates.slice(0, 4) })
    const { page } = view
    await page.getByText('trying clean-up, weight-int8').waitFor()
    assert.equal(await page.getByRole('radio').count(), 5)
    await model(page, 'clean-up, fp16').click()
    await isChosen(page, 'clean-up, fp16')
    await send(page, messageOf(all))
    await model(page, 'clean-up, weight-int8').waitFor()
    await isChosen(page, 'clean-up, fp16')
    await send(page, { kind: 'notice', language: 'en', text: 'The engine is gone.', isTrouble: true })
    await page.getByRole('status').getByText('The engine is gone.').waitFor()
  })

  it('is in Arabic from right to left, and its axes run as they do in papers', async () => {
    // SAFETY: the test of the texts reads it as this, too.
    const texts = JSON.parse(
      await readFile(new URL('../../l10n/bundle.l10n.ar.json', import.meta.url), 'utf8'),
    ) as Readonly<Record<string, string>>
    localizeBy({ t: (message) => texts[message] ?? message }, 'ar')
    await using view = await open(digitsSearch(), { language: 'ar' })
    const { page } = view
    await details(page).getByRole('heading', { level: 2 }).waitFor()
    const [left, right] = await Promise.all(['.details', '.drawing'].map((part) => page.locator(part).boundingBox()))
    assert.ok((left?.x ?? NaN) < (right?.x ?? NaN))
    const [small, large] = await Promise.all(
      ['clean-up, dynamic-int8', 'clean-up, fp16'].map((name) => model(page, name).boundingBox()),
    )
    assert.ok((small?.x ?? NaN) < (large?.x ?? NaN))
    assert.deepEqual(await findViolations(page), [])
    await keepPicture(page, 'pareto-arabic')
  })

  for (const [name, theme] of Object.entries(themes)) {
    it(`has no fault that axe knows in ${name}`, async () => {
      await using view = await open(digitsSearch(), { theme, size: { width: 1280, height: 800 } })
      const { page } = view
      await send(page, { kind: 'layers', ...describeLayers(2, digitsLayers) })
      await details(page).getByText('float: 1 of 2.').waitFor()
      assert.deepEqual(await findViolations(page), [])
      await keepPicture(page, `pareto-${name}`)
    })
  }
})
