import assert from 'node:assert/strict'
import { afterEach, before, describe, it } from 'node:test'
import type { ModelProto } from 'onnx-buf'
import type { Page } from 'playwright-core'
import { bundle } from '../../scripts/bundle.ts'
import { convModel, ifModel } from '../../src/onnx/test-models.ts'
import type { FromModelPage } from '../../src/protocol/model-page-messages.ts'
import { findViolations } from './find-violations.ts'
import { keepPicture } from './keep-picture.ts'
import { openPage, type OpenPage, type PageLook } from './open-page.ts'
import { circularModel, deepModel, showModel } from './shown-models.ts'
import { themes } from './themes.ts'

type Told = FromModelPage & { readonly kind: 'again' | 'test' }

describe('the page of a model', { timeout: 300_000 }, () => {
  before(() => bundle({ production: false }))

  const told: Told[] = []
  afterEach(() => told.splice(0))

  const open = (model: ModelProto = convModel(), look: PageLook = {}): Promise<OpenPage> =>
    show({ kind: 'model', name: 'digits.onnx', model: showModel(model), canTest: true }, look)

  const show = (message: object, look: PageLook = {}): Promise<OpenPage> =>
    openPage<object, Told>({
      theme: themes.darkModern,
      ...look,
      name: 'model',
      show: async () => ({ language: look.language ?? 'en', ...message }),
      told: (message) => void told.push(message),
    })

  const tab = (page: Page, name: string) => page.getByRole('tab', { name, exact: true })
  const node = (page: Page, name: string | RegExp) => page.locator('.graph').getByRole('button', { name })
  const details = (page: Page) => page.getByRole('complementary', { name: 'The chosen node' })
  /** A key may be lost while what it is for is being drawn: a user sees that nothing happened and presses again. */
  const press = async (page: Page, key: string, isSeen: () => Promise<boolean>) => {
    for (let times = 0; times < 50 && !(await isSeen()); times++) {
      await page.keyboard.press(key)
      await page.evaluate('new Promise(requestAnimationFrame)')
    }
    assert.ok(await isSeen(), `after ${key}`)
  }
  const isFocused = (page: Page, name: RegExp) => async () => name.test(await page.locator(':focus').innerText())

  it('tells who made a model, its values, its operators and what weighs how much', async () => {
    await using view = await open()
    const { page } = view
    await page.getByRole('heading', { level: 1, name: 'digits.onnx' }).waitFor()
    await page.getByText('made by runwright · operators of ai.onnx 17 · IR version 8 · 6 nodes').waitFor()
    const values = page.getByRole('table', { name: 'Inputs and Outputs' })
    await values.getByRole('row', { name: 'x input float32 [batch, 1, 8, 8]' }).waitFor()
    await values.getByRole('row', { name: 'y output float32 [batch, 3]' }).waitFor()
    const operators = page.getByRole('table', { name: 'Operators' })
    await operators.getByRole('row', { name: /^Gemm 1 2 195 ⁦780 B⁩ 77\.7%$/ }).waitFor()
    await page
      .getByRole('table', { name: 'Weights by Type' })
      .getByRole('row', { name: /^float32 8 251/ })
      .waitFor()
    await page.getByRole('button', { name: 'Test Model…' }).click()
    await view.see(() => told.some(({ kind }) => kind === 'test'))
    assert.deepEqual(view.errors, [])
  })

  it('lists nodes, finds them by what they are called or take, and tells all of one', async () => {
    await using view = await open()
    const { page } = view
    await tab(page, 'Nodes').click()
    const list = page.getByRole('listbox', { name: 'Nodes' })
    await list.getByRole('option').nth(5).waitFor()
    assert.equal(await list.getByRole('option').count(), 6)
    await page.getByRole('searchbox').fill('kernel')
    await page.getByText('1 of 6').waitFor()
    await list.focus()
    await page.keyboard.press('Enter')
    const told = details(page)
    await told.getByRole('heading', { level: 2, name: 'Conv' }).waitFor()
    await told.getByRole('table', { name: 'Attributes' }).getByRole('row', { name: 'pads [1, 1, 1, 1]' }).waitFor()
    await told
      .getByRole('table', { name: 'Weights' })
      .getByRole('row', { name: 'kernel float32 [4, 1, 3, 3] ⁦144 B⁩' })
      .waitFor()
    await told.getByRole('button', { name: 'BatchNormalization n' }).click()
    await told.getByRole('heading', { level: 2, name: 'BatchNormalization' }).waitFor()
    await told.getByRole('row', { name: 'scale a weight' }).waitFor()
    await told.getByRole('button', { name: 'Show in Graph' }).click()
    await page.locator('.graph :focus').filter({ hasText: 'BatchNormalization' }).waitFor()
    await told.getByRole('button', { name: 'Show in List' }).click()
    await list.getByRole('option', { selected: true }).filter({ hasText: 'BatchNormalization' }).waitFor()
    assert.deepEqual(view.errors, [])
  })

  it('leads from an operator of the overview to its nodes', async () => {
    await using view = await open()
    const { page } = view
    await page.getByRole('button', { name: 'MaxPool' }).click()
    await page.getByText('1 of 6').waitFor()
    await page.getByRole('option', { name: /^MaxPool/ }).waitFor()
  })

  it('is walked in its graph with the arrow keys, from the input to the output', async () => {
    await using view = await open()
    const { page } = view
    await tab(page, 'Graph').click()
    await node(page, 'input x').focus()
    for (const name of [/^Conv/, /^BatchNormalization/, /^Relu/, /^MaxPool/, /^Flatten/, /^Gemm/, /^output y/]) {
      await press(page, 'ArrowDown', isFocused(page, name))
    }
    await press(page, 'ArrowUp', isFocused(page, /^Gemm/))
    await details(page).getByRole('heading', { level: 2, name: 'Gemm' }).waitFor()
    await press(page, 'Enter', async () => (await page.locator('aside :focus').count()) === 1)
    await press(page, 'Escape', async () => (await page.locator('.graph :focus').count()) === 1)
    assert.ok(await isFocused(page, /^Gemm/)())
    await press(page, 'Home', isFocused(page, /^input x/))
    // One stop for Tab.
    assert.equal(await page.locator('.graph [tabindex="0"]').count(), 1)
    assert.deepEqual(view.errors, [])
  })

  it('draws of a deep graph only what is in sight, wherever one goes', async () => {
    await using view = await open(deepModel(1000))
    const { page } = view
    await tab(page, 'Graph').click()
    await node(page, 'input x').focus()
    const drawn = () => page.locator('.graph .node').count()
    assert.ok((await drawn()) < 100, `${await drawn()} of 5000`)
    await press(page, 'End', isFocused(page, /^output y/))
    assert.ok((await drawn()) < 100)
    await press(page, 'ArrowUp', isFocused(page, /^Sum\s+block999/))
    await press(page, 'ArrowUp', isFocused(page, /block999\/(Relu|Abs|Neg|Exp)|block998\/Sum/))
    const first = await page.locator(':focus').innerText()
    assert.ok(await page.locator(':focus').evaluate((made) => Object(made).getBoundingClientRect().top >= 0), first)
    await tab(page, 'Nodes').click()
    assert.ok((await page.getByRole('option').count()) < 80)
    await page.getByRole('searchbox').fill('block512/exp')
    await page.getByText('1 of 5,000').waitFor()
    assert.deepEqual(view.errors, [])
  })

  it('shows graphs inside of nodes when they are chosen', async () => {
    await using view = await open(ifModel())
    const { page } = view
    await tab(page, 'Graph').click()
    await node(page, /^If/).waitFor()
    await page.getByRole('combobox', { name: 'Graph' }).selectOption({ label: 'If “y” · else_branch' })
    await node(page, /^Add/).waitFor()
    assert.equal(await node(page, /^If/).count(), 0)
  })

  it('shows a graph that goes round in a circle, and says that it does', async () => {
    await using view = await open(circularModel())
    const { page } = view
    await page.getByText(/No runtime takes this model\. The graph goes round in a circle: .*→/).waitFor()
    await tab(page, 'Graph').click()
    await node(page, /^Add/).waitFor()
    assert.deepEqual(view.errors, [])
  })

  it('says why a file is no model', async () => {
    await using view = await show({ kind: 'trouble', text: 'text.onnx is cut off.', hint: 'Is the file complete?' })
    await view.page.getByText('text.onnx is cut off. Is the file complete?').waitFor()
    await view.page.getByRole('button', { name: 'Read Again' }).click()
    await view.see(() => told.some(({ kind }) => kind === 'again'))
    assert.equal(await view.page.getByRole('button', { name: 'Test Model…' }).count(), 0)
  })

  it('runs from right to left in Arabic, and the arrows go where they point', async () => {
    await using view = await open(deepModel(3), { language: 'ar' })
    const { page } = view
    await tab(page, 'المخطط').click()
    const box = (name: string) => page.locator('.graph .node').filter({ hasText: name })
    await box('block0/Abs').focus()
    const before = await page.locator(':focus').boundingBox()
    await press(page, 'ArrowLeft', async () => (await page.locator(':focus').boundingBox())?.x !== before?.x)
    assert.ok(((await page.locator(':focus').boundingBox())?.x ?? NaN) < (before?.x ?? NaN))
    assert.deepEqual(await findViolations(page), [])
    await keepPicture(page, 'model-arabic')
    assert.deepEqual(view.errors, [])
  })

  for (const [name, theme] of Object.entries(themes)) {
    it(`has no fault that axe knows in ${name}`, async () => {
      await using view = await open(deepModel(4), { theme, size: { width: 1200, height: 760 } })
      const { page } = view
      await page.getByRole('table', { name: 'Operators' }).waitFor()
      assert.deepEqual(await findViolations(page), [])
      await keepPicture(page, `model-overview-${name}`)
      await tab(page, 'Nodes').click()
      await page.getByRole('option').nth(2).click()
      await details(page).getByRole('heading', { level: 2 }).waitFor()
      assert.deepEqual(await findViolations(page), [])
      await keepPicture(page, `model-nodes-${name}`)
      await details(page).getByRole('button', { name: 'Show in Graph' }).click()
      await page.locator('.graph :focus').waitFor()
      assert.deepEqual(await findViolations(page), [])
      await keepPicture(page, `model-graph-${name}`)
    })
  }
})
