import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import { bundle } from '../../scripts/bundle.ts'
import type { SavedView } from '../../src/protocol/saved-view.ts'
import { findViolations } from './find-violations.ts'
import { keepPicture } from './keep-picture.ts'
import { type MediaWorkspace, openMediaWorkspace } from './media-workspace.ts'
import { openCompareView, type OpenView, type OpenViewOptions } from './open-view.ts'
import { themes } from './themes.ts'
import { emptyView } from './views.ts'

const cell = (page: Page, entry: string, run: string) =>
  page.getByRole('region', { name: entry, exact: true }).getByRole('group', { name: run, exact: true })

/** The colour in the middle of a picture, once it is there. */
async function colorOf(picture: Locator): Promise<readonly number[]> {
  await picture.waitFor()
  return picture.evaluate(async (element) => {
    // SAFETY: the locator names an image; the tests are compiled without the browser's types.
    const image = element as unknown as { decode(): Promise<void>; naturalWidth: number; naturalHeight: number }
    const { OffscreenCanvas } = globalThis as unknown as {
      OffscreenCanvas: new (
        width: number,
        height: number,
      ) => {
        getContext(kind: '2d'): {
          drawImage(...of: unknown[]): void
          getImageData(...box: number[]): { data: number[] }
        }
      }
    }
    await image.decode()
    const { naturalWidth: width, naturalHeight: height } = image
    const context = new OffscreenCanvas(width, height).getContext('2d')
    context.drawImage(image, 0, 0)
    return [...context.getImageData(4, height / 2, 1, 1).data].slice(0, 3)
  })
}

const isRed = ([red = 0, , blue = 0]: readonly number[]) => red > 180 && blue < 90
const isBlue = ([red = 0, , blue = 0]: readonly number[]) => blue > 180 && red < 90

describe('the artifacts tab, on what the Python client has logged', () => {
  let media: MediaWorkspace

  before(async () => {
    await bundle({ production: false })
    media = await openMediaWorkspace()
  })
  after(() => media[Symbol.asyncDispose]())

  function open(change: Partial<SavedView> = {}, options: Partial<OpenViewOptions> = {}): Promise<OpenView> {
    const view: SavedView = { ...emptyView, experiments: ['media'], tab: 'artifacts', chosen: media.runs, ...change }
    return openCompareView({ client: media.workspace.client, view, theme: themes.darkModern, ...options })
  }

  it('shows images and sounds of the chosen runs side by side, at their last step', async () => {
    await using view = await open()
    const { page } = view
    const first = cell(page, 'val/masks', 'first').getByRole('img', { name: 'val/masks of first, step 3' })
    const second = cell(page, 'val/masks', 'second').getByRole('img', { name: 'val/masks of second, step 3' })
    assert.ok(isRed(await colorOf(first)) && isBlue(await colorOf(second)))
    const sound = cell(page, 'audio/sample_step_*.wav', 'first').locator('audio')
    await sound.scrollIntoViewIfNeeded()
    await sound.waitFor()
    const seconds = await sound.evaluate(async (element) => {
      const audio = element as unknown as { duration: number; addEventListener(type: string, done: () => void): void }
      if (!(audio.duration > 0)) await new Promise<void>((done) => audio.addEventListener('loadedmetadata', done))
      return audio.duration
    })
    assert.ok(Math.abs(seconds - 0.25) < 0.01, `${seconds} s`)
    assert.deepEqual(view.errors, [])
  })

  it('names the runs in full where cells are narrow, above what can be done with them', async () => {
    await using view = await open({}, { size: { width: 760, height: 800 } })
    for (const run of ['first', 'second']) {
      const name = cell(view.page, 'val/masks', run).locator('.artifact-run')
      await name.waitFor()
      // SAFETY: the tests are compiled without the browser's types.
      const [shown, whole] = await name.evaluate((element) => {
        const { clientWidth, scrollWidth } = element as unknown as { clientWidth: number; scrollWidth: number }
        return [clientWidth, scrollWidth]
      })
      assert.equal(shown, whole)
      assert.ok(shown > 60)
    }
    await keepPicture(view.page, 'artifacts-narrow')
  })

  it('goes through the steps by keys, each run at its last one until there', async () => {
    await using view = await open()
    const { page } = view
    const slider = page.getByRole('slider', { name: 'Step' })
    await cell(page, 'val/masks', 'first')
      .getByRole('img', { name: /step 3/ })
      .waitFor()
    assert.equal(await slider.getAttribute('aria-valuetext'), 'step 3 (4 of 4)')
    await slider.focus()
    await page.keyboard.press('Home')
    await page.keyboard.press('ArrowRight')
    await cell(page, 'val/masks', 'second').getByRole('img', { name: 'val/masks of second, step 1' }).waitFor()
    await cell(page, 'audio/sample_step_*.wav', 'second')
      .getByText(/^step 0/)
      .waitFor()
    await view.see(() => view.view.artifact?.step === 1)
    await page.keyboard.press('End')
    await view.see(() => view.view.artifact?.step === undefined)
    assert.deepEqual(view.errors, [])
  })

  it('finds an entry by search and keys, and opens and compares its texts in editors', async () => {
    await using view = await open()
    const { page } = view
    await page.getByRole('searchbox', { name: 'Search artifacts' }).fill('summary')
    await page.getByRole('option', { name: /summary/ }).waitFor()
    await page.getByRole('listbox', { name: 'Logged Artifacts' }).focus()
    await page.keyboard.press('Enter')
    await cell(page, 'notes/summary.txt', 'second').getByText('this is second').waitFor()
    await page.getByRole('option', { name: /summary/, selected: true }).waitFor()
    await page.getByRole('button', { name: 'Compare notes/summary.txt of second in the Diff Editor' }).click()
    await page.getByRole('button', { name: 'Open notes/summary.txt of first' }).click()
    await view.see(() => view.actions.length === 2)
    const [left, right] = media.runs.map((runId) => ({ runId, path: 'notes/summary.txt' }))
    assert.deepEqual(view.actions, [
      { kind: 'compare-artifacts', left, right },
      { kind: 'open-artifact', ...left },
    ])
    assert.deepEqual(view.errors, [])
  })

  it('lays an image over another: half of each by swipe, both by blend', async () => {
    await using view = await open({ artifact: { key: 'val/masks', step: 0 } })
    const { page } = view
    await page.getByRole('button', { name: 'Swipe' }).press('Enter')
    const slider = page.getByRole('slider', { name: 'Swipe from first to second' })
    await slider.waitFor()
    const stack = page.locator('.artifact-stack')
    await stack.getByRole('img').nth(1).waitFor()
    const clip = () =>
      stack.locator('.artifact-over').evaluate((over) => {
        const { style } = over as unknown as { style: { clipPath: string; opacity: string } }
        return [style.clipPath, style.opacity]
      })
    await slider.fill('25')
    assert.deepEqual(await clip(), ['inset(0px 0px 0px 75%)', ''])
    assert.equal(await slider.getAttribute('aria-valuetext'), '25 % second')
    await page.getByRole('button', { name: 'Blend' }).click()
    await page.getByRole('slider', { name: 'Blend from first to second' }).fill('40')
    assert.deepEqual(await clip(), ['', '0.4'])
    await page.getByRole('button', { name: 'Side by Side' }).click()
    assert.ok(isRed(await colorOf(cell(page, 'val/masks', 'first').getByRole('img'))))
    assert.deepEqual(view.errors, [])
  })

  it('shows tables, "n of m", with the images in their cells', async () => {
    await using view = await open({ artifact: { key: 'eval/scores.json' } })
    const { page } = view
    const grid = page.getByRole('grid', { name: 'eval/scores.json of second' })
    await grid.waitFor()
    assert.equal(await grid.getAttribute('aria-rowcount'), '201')
    await cell(page, 'eval/scores.json', 'second').getByText('200 of 200 rows.').waitFor()
    await page.getByRole('option', { name: /worst/ }).click()
    const worst = page.getByRole('grid', { name: 'eval/worst.json of first' })
    assert.ok(isRed(await colorOf(worst.getByRole('img').first())))
    assert.deepEqual(view.errors, [])
  })

  it('shows the rows in which two tables differ', async () => {
    await using view = await open({ artifact: { key: 'eval/predictions.json' } })
    const { page } = view
    await page.getByRole('button', { name: 'Changed Rows' }).click()
    const grid = page.getByRole('grid', { name: 'Rows of eval/predictions.json that differ between first and second' })
    await grid.waitFor()
    assert.deepEqual(await grid.getByRole('gridcell').allTextContents(), ['changed', 'dog', 'cat → dog'])
    await page.getByText('1 changed, 0 added, 0 removed. Rows are paired by their place.').waitFor()
    assert.deepEqual(view.errors, [])
  })

  it('says of bytes that it cannot show how many they are, and which', async () => {
    await using view = await open({ artifact: { key: 'weights.bin' } })
    const { page } = view
    const { sha256 } = await media.workspace.client.call('artifacts/digest', {
      runId: media.runs[0] ?? assert.fail(),
      path: 'weights.bin',
    })
    await cell(page, 'weights.bin', 'first').getByText(sha256).waitFor()
    await cell(page, 'weights.bin', 'second').getByText('512 B', { exact: true }).first().waitFor()
    assert.equal(await cell(page, 'weights.bin', 'second').getByText(sha256).count(), 0)
  })

  it('shows what a run logs while it is looked at', async () => {
    await using view = await open({ artifact: { key: 'notes/summary.txt' } })
    const { page } = view
    const [runId] = media.runs
    assert.ok(runId !== undefined)
    await cell(page, 'notes/summary.txt', 'first').getByText('this is first').waitFor()
    await media.workspace.client.upload(runId, 'later/live.txt', Buffer.from('just now'))
    await page.getByRole('option', { name: /live\.txt/ }).click()
    await cell(page, 'later/live.txt', 'first').getByText('just now').waitFor()
    await cell(page, 'later/live.txt', 'second').getByText('Not logged.').waitFor()
    assert.deepEqual(view.errors, [])
  })

  for (const [name, theme] of Object.entries(themes)) {
    it(`has no fault that axe knows in ${name}`, async () => {
      await using view = await open({}, { theme })
      const { page } = view
      for (const key of ['', 'val/masks', 'eval/predictions.json', 'notes/summary.txt', 'weights.bin']) {
        const option = key === '' ? /All Images/ : key
        await page.getByRole('option', { name: option }).click()
        await page.getByRole('option', { name: option, selected: true }).waitFor()
        await page.locator('#panel-artifacts [aria-busy]').first().waitFor({ state: 'detached' })
        if (key.endsWith('.json')) await page.locator('#panel-artifacts [role=gridcell]').first().waitFor()
        assert.deepEqual(await findViolations(page, '#panel-artifacts'), [], key)
        await keepPicture(page, `${name}-${key.replace(/\W/g, '-')}`)
      }
    })
  }
})
