import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Page } from 'playwright-core'
import { bundle } from '../../scripts/bundle.ts'
import type { FromDataPage, ToDataPage } from '../../src/protocol/data-page-messages.ts'
import { compareFolder, type ComparedFolder } from './compared-data.ts'
import { findViolations } from './find-violations.ts'
import { keepPicture } from './keep-picture.ts'
import { openPage, type OpenPage, type PageLook } from './open-page.ts'
import { themes } from './themes.ts'

type Content = 'comparison' | 'preview'

describe('a page about data', { timeout: 300_000 }, () => {
  let compared: ComparedFolder
  before(async () => {
    await bundle({ production: false })
    compared = await compareFolder()
  })

  const told: FromDataPage[] = []
  after(() => told.splice(0))

  function messageOf(content: Content, language: 'en' | 'ar'): ToDataPage {
    const { comparison, images, preview } = compared
    if (content === 'preview') return { kind: 'preview', language, name: 'people.csv', preview }
    return { kind: 'comparison', language, comparison, images }
  }

  const open = (content: Content, look: PageLook = {}): Promise<OpenPage> =>
    openPage<ToDataPage, FromDataPage & { kind: 'again' }>({
      theme: themes.darkModern,
      ...look,
      name: 'data-diff',
      ...(content === 'comparison' ? { kept: { root: '/r', path: '/r/data' } } : {}),
      show: async () => messageOf(content, look.language ?? 'en'),
      told: (message) => void told.push(message),
    })

  const details = (page: Page, name: string) =>
    page.locator('details').filter({ has: page.locator('summary').getByText(name, { exact: true }) })

  it('sums up a folder, and lists the files of each kind of change', async () => {
    await using view = await open('comparison')
    const { page } = view
    await page.getByRole('heading', { level: 1, name: 'data' }).waitFor()
    await page.getByText('the version in data.dvc → the workspace').waitFor()
    await page.getByRole('table', { name: 'Summary' }).getByText('304').waitFor()
    await page
      .getByRole('listbox', { name: 'Files: Changed' })
      .getByRole('option', { name: /people\.csv/ })
      .waitFor()
    await page.getByRole('button', { name: 'Added 300' }).click()
    const files = page.getByRole('listbox', { name: 'Files: Added' })
    await files.getByRole('option', { name: /dogs\/000\.txt/ }).waitFor()
    assert.ok((await files.getByRole('option').count()) < 60, 'only rows in sight exist')
    await files.focus()
    await page.keyboard.press('End')
    await files.getByRole('option', { name: /dogs\/299\.txt/ }).waitFor()
    await page.getByRole('searchbox', { name: 'Find files' }).fill('042')
    await files.getByRole('option', { name: /dogs\/042\.txt/ }).waitFor()
    assert.equal(await files.getByRole('option').count(), 1)
    assert.deepEqual(view.errors, [])
  })

  it('opens by the keys what changed inside a file: rows by key, columns, images, lines and weights', async () => {
    await using view = await open('comparison')
    const { page } = view
    const files = page.getByRole('listbox', { name: 'Files: Changed' })
    const names = compared.comparison.diff.type === 'folder' ? compared.comparison.diff.changed.files : []
    for (const [index, { path }] of names.entries()) {
      await files.focus()
      await page.keyboard.press('Home')
      for (let step = 0; step < index; step++) await page.keyboard.press('ArrowDown')
      await page.keyboard.press('Enter')
      await details(page, path).and(page.locator('[open]')).waitFor()
    }
    const people = details(page, 'people.csv')
    await people.getByText('2 added · 0 removed · 1 changed · 39 as before').waitFor()
    await people
      .getByRole('row', { name: /^changed/ })
      .getByText('99')
      .waitFor()
    await people.getByRole('img', { name: /^Distribution of city before: / }).waitFor()
    const photo = details(page, 'photo.svg')
    for (const when of ['before', 'after']) {
      const image = photo.getByRole('img', { name: `photo.svg ${when}` })
      await image.waitFor()
      assert.equal(await image.evaluate((seen) => Object(seen).naturalWidth), 64)
    }
    await details(page, 'notes.txt').getByText('+second, changed').waitFor()
    await details(page, 'model.safetensors').getByRole('rowheader', { name: 'weight' }).waitFor()
    assert.deepEqual(view.errors, [])
  })

  it('compares again when it is asked to', async () => {
    await using view = await open('comparison')
    await view.page.getByRole('button', { name: 'Compare Again' }).click()
    await view.see(() => told.some(({ kind }) => kind === 'again'))
  })

  it('shows the first rows of a table below what its columns hold', async () => {
    await using view = await open('preview')
    const { page } = view
    await page.getByText('42 rows, 3 columns').waitFor()
    await page.getByRole('columnheader', { name: /^city VARCHAR/ }).waitFor()
    await page
      .getByRole('columnheader', { name: /^age .*0 to 99/ })
      .getByRole('img')
      .waitFor()
    await page.getByRole('row', { name: /^4 3 99 Oslo$/ }).waitFor()
    await page.getByText('The first 20 of 42 rows.').waitFor()
    assert.deepEqual(view.errors, [])
  })

  it('is in Arabic from right to left', async () => {
    await using view = await open('comparison', { language: 'ar' })
    await view.page.getByRole('heading', { name: 'ملخص' }).waitFor()
    assert.deepEqual(await findViolations(view.page), [])
    await keepPicture(view.page, 'data-comparison-arabic')
  })

  for (const [name, theme] of Object.entries(themes)) {
    it(`has no fault that axe knows in ${name}`, async () => {
      for (const content of ['comparison', 'preview'] as const) {
        await using view = await open(content, { theme, size: { width: 1280, height: 1600 } })
        const { page } = view
        await page.getByRole('table').first().waitFor()
        for (const each of await page.locator('details').all())
          await each.evaluate((made) => (Object(made).open = true))
        assert.deepEqual(await findViolations(page), [])
        await keepPicture(page, `data-${content}-${name}`)
      }
    })
  }
})
