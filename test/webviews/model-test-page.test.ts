import assert from 'node:assert/strict'
import { afterEach, before, describe, it } from 'node:test'
import { bundle } from '../../scripts/bundle.ts'
import type { FromModelTestPage, ToModelTestPage } from '../../src/protocol/model-test-page-messages.ts'
import { findViolations } from './find-violations.ts'
import { keepPicture } from './keep-picture.ts'
import { shownReport } from '../../src/protocol/test-model-test-report.ts'
import { openPage, type OpenPage, type PageLook } from './open-page.ts'
import { themes } from './themes.ts'

type Told = FromModelTestPage & { readonly kind: Exclude<FromModelTestPage['kind'], 'ready'> }

const gates = ['accuracy-drop<=1%', 'agreement>=99%', 'speedup>=1x', 'p99<=20ms']

describe('the report of a model’s test', { timeout: 300_000 }, () => {
  before(() => bundle({ production: false }))

  const told: Told[] = []
  afterEach(() => told.splice(0))

  const open = (wanted: readonly string[] = gates, look: PageLook = {}): Promise<OpenPage> =>
    openPage<ToModelTestPage, Told>({
      theme: themes.darkModern,
      ...look,
      name: 'model-test',
      kept: { id: 'report' },
      show: async () => ({ kind: 'report', language: look.language ?? 'en', report: shownReport(wanted) }),
      told: (message) => void told.push(message),
    })

  it('says first what came of it, and by what it failed', async () => {
    await using view = await open()
    const { page } = view
    await page.getByRole('heading', { level: 1, name: 'Test of digits-int8.onnx' }).waitFor()
    const verdict = page.locator('.verdict')
    await verdict.getByText('Failed', { exact: true }).waitFor()
    await verdict.getByText('Failed by: agreement>=99%, p99<=20ms').waitFor()
    await verdict.getByText('500 samples of test.npz, with labels.').waitFor()
    const rows = page.getByRole('table', { name: 'Gates' }).getByRole('row')
    const texts = (await rows.allInnerTexts()).map((text) =>
      text.replaceAll(/[\u2066\u2069]/g, '').replaceAll('\t', ' '),
    )
    assert.deepEqual(texts.slice(1), [
      'accuracy-drop<=1% 0.4% -0.8% to 1.9% ✓ met, not surely',
      'agreement>=99% 98.8% 97.6% to 99.4% ✗ missed, not surely',
      'speedup>=1x 2.31x 2.2x to 2.44x ✓ met',
      'p99<=20ms   ✗ not measured',
    ])
    assert.deepEqual(view.errors, [])
  })

  it('has classes and slices with what each lost, and every other finding', async () => {
    await using view = await open(gates.slice(2, 3))
    const { page } = view
    await page.getByText('Passed', { exact: true }).waitFor()
    const quality = page.getByRole('table', { name: 'Right answers of “probabilities”' })
    for (const name of [/^all 500 /, /^class two 50 ⁦98%⁩ ⁦94%⁩ ⁦4%⁩ /, /^device phone 120 /]) {
      await quality.getByRole('row', { name }).waitFor()
    }
    assert.equal(await quality.locator('svg.interval-bar').count(), 5)
    const parts = {
      'Further measures of all samples': /^F1 score ⁦0\.97⁩ ⁦0\.965⁩$/,
      'Outputs beside the original’s': /^probabilities ⁦0\.21⁩/,
      'Inputs that are disturbed': /^Noise of 10 % 256 ⁦97%⁩ ⁦94%⁩ to ⁦98\.5%⁩ ⁦95%⁩ ⁦94\.5%⁩ 0 → 2$/,
      'Time and memory, by turns': /^Candidate 2 1 ⁦1\.8 ms⁩/,
      'Start and size': /^Candidate ⁦19 ms⁩ +⁦1\.2 MB⁩$/,
      'Nodes in float': /^\/head\/Gemm Gemm$/,
      'Inputs that are wrong': /^NaN answered refused$/,
    }
    for (const [name, row] of Object.entries(parts)) {
      await page.getByRole('table', { name }).getByRole('row', { name: row }).waitFor()
    }
    assert.deepEqual(view.errors, [])
  })

  it('can be done again, and saved', async () => {
    await using view = await open()
    const { page } = view
    for (const [name, kind] of [
      ['Test Again', 'repeat'],
      ['Export as HTML…', 'export-html'],
      ['Export as JSON…', 'export-json'],
    ] as const) {
      await page.getByRole('button', { name }).click()
      await view.see(() => told.some((message) => message.kind === kind))
    }
    assert.equal(await page.evaluate(`sessionStorage.getItem('state')`), '{"id":"report"}')
  })

  it('runs from right to left in Arabic', async () => {
    await using view = await open(gates, { language: 'ar' })
    const { page } = view
    await page.getByText('فاشل', { exact: true }).waitFor()
    assert.deepEqual(await findViolations(page), [])
    await keepPicture(page, 'model-test-arabic')
  })

  for (const [name, theme] of Object.entries(themes)) {
    it(`has no fault that axe knows in ${name}`, async () => {
      await using view = await open(gates, { theme, size: { width: 1200, height: 1500 } })
      const { page } = view
      await page.getByRole('table', { name: 'Gates' }).waitFor()
      assert.deepEqual(await findViolations(page), [])
      await keepPicture(page, `model-test-${name}`)
    })
  }
})
