import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import type { Locator } from 'playwright-core'
import { bundle } from '../../scripts/bundle.ts'
import type { RunId } from '../../src/protocol/ids.ts'
import type { SavedView } from '../../src/protocol/saved-view.ts'
import { openTestWorkspace, type TestWorkspace } from '../vscode/workspace.ts'
import { findViolations, wcagRules } from './find-violations.ts'
import { type OpenView, openCompareView, type OpenViewOptions } from './open-view.ts'
import { themes } from './themes.ts'
import { emptyView } from './views.ts'

const longValue = `${'64-'.repeat(40)}end`

describe('the differences tab', () => {
  let workspace: TestWorkspace
  let runs: readonly RunId[]

  before(async () => {
    await bundle({ production: false })
    workspace = await openTestWorkspace()
    const { logRun } = workspace
    runs = [
      await logRun('digits', {
        name: 'calm-otter',
        params: { lr: 0.1, seed: 1, layers: longValue },
        metrics: { accuracy: [0.5], val_loss: [0.75] },
        artifacts: { 'model.bin': 'four', 'code/uncommitted.patch': 'one' },
        datasets: [{ name: 'scans', digest: 'd1', rows: 60_000 }],
      }),
      await logRun('digits', {
        name: 'bold-lynx',
        params: { lr: 0.2, seed: 1, layers: '32' },
        metrics: { accuracy: [0.75], val_loss: [1] },
        artifacts: { 'model.bin': 'four four' },
        datasets: [{ name: 'scans', digest: 'd2', rows: 61_257 }],
      }),
      await logRun('digits', { name: 'keen-heron', params: { lr: 0.3, seed: 1 } }),
    ]
  })
  after(() => workspace[Symbol.asyncDispose]())

  function open(change: Partial<SavedView> = {}, options: Partial<OpenViewOptions> = {}): Promise<OpenView> {
    const chosen = runs.slice(0, 2)
    const view: SavedView = { ...emptyView, experiments: ['digits'], tab: 'differences', chosen, ...change }
    return openCompareView({ client: workspace.client, view, ...options })
  }

  const row = ({ page }: OpenView, name: string) =>
    page.getByRole('row').filter({ has: page.getByRole('rowheader', { name }) })
  const cells = async (row: Locator) => (await row.getByRole('cell').allTextContents()).map((text) => text.trim())

  it('shows where the chosen runs differ, section by section, and metrics beside the reference', async () => {
    await using view = await open()
    const { page } = view
    await page.getByRole('table', { name: 'Differences between 2 runs' }).waitFor()
    await page.getByRole('columnheader', { name: /calm-otter.*finished.*Reference/ }).waitFor()
    await page.getByRole('button', { name: 'Params 2 of 3 differ', expanded: true }).waitFor()
    assert.deepEqual(await cells(row(view, 'lr')), ['0.1', '0.2'])
    assert.deepEqual(await cells(row(view, 'accuracy')), ['0.5', '0.75 +0.25 ▲ better'])
    assert.deepEqual(await cells(row(view, 'val_loss')), ['0.75', '1 +0.25 ▼ worse'])
    assert.deepEqual(await cells(row(view, 'scans num_rows')), ['60000', '61257 +1257'])
    assert.equal(await row(view, 'seed').count(), 0)
    assert.deepEqual(view.errors, [])
  })

  it('shows what is equal when asked, and closes a section, by keys alone', async () => {
    await using view = await open()
    const { page } = view
    await page.getByRole('checkbox', { name: 'Show what is equal too' }).focus()
    await page.keyboard.press('Space')
    assert.deepEqual(await cells(row(view, 'seed')), ['1', '1'])
    const section = page.getByRole('button', { name: /^Params/ })
    await section.focus()
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: /^Params/, expanded: false }).waitFor()
    assert.equal(await row(view, 'seed').count(), 0)
    assert.equal(await page.evaluate('document.activeElement.dataset.key'), 'section/params')
  })

  it('compares with another run once that is made the reference', async () => {
    await using view = await open()
    await view.page.getByRole('button', { name: 'Make Reference: bold-lynx' }).click()
    await view.page.getByRole('columnheader', { name: /bold-lynx.*Reference/ }).waitFor()
    assert.deepEqual(await cells(row(view, 'accuracy')), ['0.75', '0.5 −0.25 ▼ worse'])
    await view.page.getByText('▲ better, ▼ worse than bold-lynx').waitFor()
    assert.deepEqual(view.view.chosen, runs.slice(0, 2))
  })

  it('is shown again as it was left: reference, folded sections, direction', async () => {
    const [, reference] = runs
    assert.ok(reference)
    const differences = { reference, closed: ['params'], showsEqual: true, isTransposed: true } as const
    await using view = await open({ differences })
    const { page } = view
    await page.getByText('▲ better, ▼ worse than bold-lynx').waitFor()
    assert.equal(await page.getByRole('checkbox', { name: 'Show what is equal too' }).isChecked(), true)
    await page.getByRole('button', { name: 'Runs as Rows', pressed: true }).click()
    await page.getByRole('button', { name: /^Params/, expanded: false }).click()
    await page.getByRole('button', { name: /^Params/, expanded: true }).waitFor()
    assert.deepEqual(view.view.differences, { ...differences, closed: [], isTransposed: false })
  })

  it('cuts long values, and shows all of them when expanded', async () => {
    await using view = await open()
    const cell = row(view, 'layers').getByRole('cell').first()
    assert.equal(await cell.getAttribute('title'), longValue)
    const height = async () => (await cell.boundingBox())?.height ?? 0
    assert.ok((await height()) < 40)
    await view.page.getByRole('button', { name: 'Show all of layers' }).click()
    await view.page.getByRole('button', { name: 'Show all of layers', expanded: true }).waitFor()
    assert.ok((await height()) > 100)
  })

  it('turns rows and columns around', async () => {
    await using view = await open()
    const { page } = view
    await page.getByRole('button', { name: 'Runs as Rows' }).click()
    await page.getByRole('rowheader', { name: /bold-lynx/ }).waitFor()
    await page.getByRole('columnheader', { name: 'accuracy' }).waitFor()
    await page.getByRole('button', { name: 'Params 2 of 3 differ' }).click()
    assert.equal(await page.getByRole('columnheader', { name: 'lr' }).count(), 0)
    await page.getByRole('columnheader', { name: 'accuracy' }).waitFor()
  })

  it('asks the extension for what only it can do', async () => {
    await using view = await open()
    const { page } = view
    const [left, right] = runs
    await page.getByRole('button', { name: /Open model\.bin of bold-lynx/ }).click()
    await page.getByRole('button', { name: 'Compare Code' }).click()
    await page.getByRole('button', { name: 'Open as Markdown' }).click()
    await view.see(() => view.actions.length === 3)
    const [artifact, code, text] = view.actions
    assert.deepEqual(artifact, { kind: 'open-artifact', runId: right, path: 'model.bin' })
    assert.deepEqual(code, { kind: 'compare-code', left, right })
    assert.ok(text?.kind === 'open-text')
    assert.match(text.content, /^\| accuracy \| 0\.5 \| 0\.75 \(\+0\.25 better\) \|$/m)
  })

  it('says what to do while fewer than two runs are chosen', async () => {
    await using view = await open({ chosen: runs.slice(0, 1) })
    await view.page.getByText('One run is chosen. Choose another to see where they differ.').waitFor()
    await view.page.getByRole('button', { name: 'Choose Runs' }).click()
    await view.page.getByRole('tab', { name: 'Runs', selected: true }).waitFor()
  })

  it('follows what is logged to the chosen runs', async () => {
    const changing = await workspace.logRun('digits', { name: 'changing', status: 'RUNNING' })
    const [first] = runs
    assert.ok(first)
    await using view = await open({ chosen: [first, changing] })
    await view.page.getByRole('columnheader', { name: /changing.*running/ }).waitFor()
    await workspace.mlflow('runs/log-metric', { run_id: changing, key: 'accuracy', value: 0.625, timestamp: 1 })
    await view.page.getByText('+0.125').waitFor()
    await workspace.client.call('runs/end', { runId: changing, status: 'FAILED' })
    await view.page.getByRole('columnheader', { name: /changing.*failed/ }).waitFor()
  })

  it('fetches nothing while it is not in sight, and what has changed once it is', async () => {
    const asked: string[] = []
    const client = Object.create(workspace.client, {
      call: {
        value: (method: 'runs/diff', params: { runIds: readonly RunId[] }) => {
          asked.push(method)
          return workspace.client.call(method, params)
        },
      },
    })
    const hidden = await workspace.logRun('digits', { name: 'hidden', status: 'RUNNING' })
    const [first] = runs
    await using view = await open({ chosen: [first ?? assert.fail(), hidden] }, { client })
    await view.page.getByRole('table', { name: /^Differences/ }).waitFor()
    await view.page.getByRole('tab', { name: 'Charts' }).click()
    const before = asked.filter((method) => method === 'runs/diff').length
    await workspace.client.call('runs/rename', { runId: hidden, name: 'renamed' })
    // The page listens before there is anything to hear.
    await view.page.evaluate(`void (globalThis.seen = new Promise((seen) =>
      addEventListener('message', ({ data }) => data.kind === 'event' && seen())))`)
    await workspace.client.call('runs/end', { runId: hidden, status: 'KILLED' })
    await view.page.evaluate('globalThis.seen')
    assert.equal(asked.filter((method) => method === 'runs/diff').length, before)
    await view.page.getByRole('tab', { name: 'Differences' }).click()
    await view.page.getByRole('columnheader', { name: /renamed.*killed/ }).waitFor()
    assert.equal(asked.filter((method) => method === 'runs/diff').length, before + 1)
  })

  it('says what went wrong, and tries again', async () => {
    const gone = createHash('md5').update('gone').digest('hex')
    const [first] = runs
    // SAFETY: a run id by its form, of a run that is not there.
    await using view = await open({ chosen: [first ?? assert.fail(), gone as RunId] })
    await view.page.getByRole('alert').getByText(gone).waitFor()
    await view.page.getByRole('button', { name: 'Try Again' }).click()
    await view.page.getByRole('alert').getByText(gone).waitFor()
  })

  for (const [name, theme, language] of [
    ['dark', themes.darkModern, 'en'],
    ['light high contrast, from right to left', themes.lightHighContrast, 'ar'],
  ] as const) {
    it(`has nothing that keeps anybody out: ${name}`, async () => {
      await using view = await open({ chosen: [...runs] }, { theme, language })
      const { page } = view
      await page.getByRole('table').waitFor()
      assert.deepEqual(await findViolations(page, ':root', wcagRules), [])
      assert.deepEqual(view.errors, [])
    })
  }
})
