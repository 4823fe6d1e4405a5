import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Browser, type BrowserContextOptions, chromium } from 'playwright-core'
import { toHtml } from '../../src/compress/model-test-html.ts'
import type { ModelTestReport } from '../../src/compress/model-test-report.ts'
import { printedReport } from '../../src/protocol/test-model-test-report.ts'
import { findChromium } from './chromium.ts'
import { findViolations } from './find-violations.ts'
import { keepPicture } from './keep-picture.ts'

const looks: Readonly<Record<string, BrowserContextOptions>> = {
  light: { colorScheme: 'light' },
  dark: { colorScheme: 'dark' },
  contrast: { colorScheme: 'dark', forcedColors: 'active' },
  narrow: { colorScheme: 'light', viewport: { width: 420, height: 900 } },
}

describe('the page that a test of a model writes', { timeout: 300_000 }, () => {
  let browser: Browser
  before(async () => {
    browser = await chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox', '--disable-gpu'] })
  })
  after(() => browser.close())

  // SAFETY: what is printed has every part of a report that the page shows.
  const report = printedReport(['accuracy-drop<=1%', 'agreement>=99%', 'speedup>=1x']) as ModelTestReport

  for (const [name, look] of Object.entries(looks)) {
    it(`is read in ${name} by everybody, and is no wider than the window`, async () => {
      await using context = await browser.newContext({ viewport: { width: 1100, height: 1300 }, ...look })
      const page = await context.newPage()
      await page.setContent(toHtml(report))
      await page.getByRole('heading', { level: 1, name: 'Test of digits-int8.onnx' }).waitFor()
      await page.getByText('Failed', { exact: true }).waitFor()
      await page.getByRole('row', { name: 'agreement>=99% 98.8% 97.6% to 99.4% missed, not surely' }).waitFor()
      // Where the system chooses the colors, they are none of the page's.
      const rules = name === 'contrast' ? { rules: { 'color-contrast': { enabled: false } } } : {}
      assert.deepEqual(await findViolations(page, ':root', rules), [])
      const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
      assert.ok(Number(overflow) <= 0, `${String(overflow)} pixels`)
      await keepPicture(page, `model-test-html-${name}`)
    })
  }
})
