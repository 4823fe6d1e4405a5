import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { bundle } from '../../scripts/bundle.ts'
import type { RunId } from '../../src/protocol/ids.ts'
import type { SavedView, ViewColumn } from '../../src/protocol/saved-view.ts'
import { openTestStore } from '../vscode/store.ts'
import { openTestWorkspace, type TestWorkspace } from '../vscode/workspace.ts'
import { openCompareView, type OpenView } from './open-view.ts'
import { curvesOf, emptyView } from './views.ts'

/** As long as a key may be, with all that could end a string, an element or an attribute. */
const oddKey = `"quoted" 'key' <b>&amp; 🦦 \`${'é'.repeat(250)}`.slice(0, 250)

const metricColumn = (key: string): ViewColumn => ({
  column: { kind: 'metric', key, aggregate: 'last' },
  width: 120,
  pinned: false,
})

/**
 * Logs what MLflow's protocol refuses or JSON has no word for, as it may come from another tool's history: past the
 * protocol, into the store of a workspace that has no engine yet.
 */
async function logOddRuns(workspace: string): Promise<{ odd: RunId; nan: RunId }> {
  await using store = await openTestStore(workspace)
  const { experiments, runs } = store.tracking
  const { experimentId } = await experiments.ensure('odd')

  async function log(name: string, series: Readonly<Record<string, readonly number[]>>): Promise<RunId> {
    const { runId } = await runs.create({ experimentId, name, startTime: Date.now() })
    const metrics = Object.entries(series).flatMap(([key, values]) =>
      values.map((value, step) => ({ key, value, step, timestamp: Date.now() })),
    )
    await runs.logBatch(runId, { metrics })
    await runs.end(runId, 'FINISHED', [])
    return runId
  }
  return {
    odd: await log('odd', { [oddKey]: [1, 0.5], loss: [1, 0.5] }),
    nan: await log('nan', { loss: [NaN, NaN, NaN] }),
  }
}

describe('a comparison of odd runs', () => {
  let folder: string
  let workspace: TestWorkspace
  let runs: { odd: RunId; nan: RunId; empty: RunId; wide: RunId }

  before(async () => {
    await bundle({ production: false })
    folder = await mkdtemp(join(tmpdir(), 'runwright-odd-'))
    const odd = await logOddRuns(folder)
    workspace = await openTestWorkspace(folder)
    runs = {
      ...odd,
      empty: await workspace.logRun('odd', { name: 'empty' }),
      wide: await workspace.logRun('odd', { name: 'wide', metrics: { loss: [0.25] } }),
    }
    for (let start = 0; start < 10_000; start += 100) {
      const params = Array.from({ length: 100 }, (_, index) => ({ key: `param_${start + index}`, value: `${start}` }))
      await workspace.mlflow('runs/log-batch', { run_id: runs.wide, params })
    }
  })
  after(async () => {
    await workspace[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  })

  const open = (change: Partial<SavedView>): Promise<OpenView> =>
    openCompareView({
      client: workspace.client,
      view: { ...emptyView, experiments: ['odd'], chosen: Object.values(runs), ...change },
    })
  const quietly = (view: OpenView) => assert.deepEqual(view.errors, [])

  it('shows a key of 250 odd characters as it is, in table, chart and differences', async () => {
    await using table = await open({ columns: [metricColumn(oddKey)], tab: 'runs' })
    await table.page.getByRole('columnheader').filter({ hasText: oddKey }).waitFor()
    await table.page.getByRole('gridcell', { name: '0.5', exact: true }).waitFor()
    quietly(table)
    await using charts = await open({ charts: [curvesOf(oddKey)], tab: 'charts' })
    await charts.page.getByRole('figure').getByText(/best/).first().waitFor({ state: 'attached' })
    quietly(charts)
    await using differences = await open({ chosen: [runs.odd, runs.nan], tab: 'differences' })
    await differences.page.getByRole('rowheader', { name: oddKey }).waitFor()
    quietly(differences)
  })

  it('says NaN where there is nothing else, and nothing where nothing was logged', async () => {
    await using table = await open({ columns: [metricColumn('loss')], tab: 'runs' })
    const { page } = table
    const row = (name: string) => page.getByRole('row').filter({ has: page.getByText(name, { exact: true }) })
    await row('nan').getByRole('gridcell', { name: 'NaN', exact: true }).waitFor()
    assert.doesNotMatch((await row('empty').textContent()) ?? '', /NaN|null|undefined/)
    quietly(table)

    await using charts = await open({ chosen: [runs.nan], charts: [curvesOf('loss')], tab: 'charts' })
    await charts.page
      .getByRole('figure', { name: 'loss' })
      .getByText(/without a finite value/)
      .first()
      .waitFor({ state: 'attached' })
    quietly(charts)
    await using none = await open({ chosen: [runs.empty], charts: [curvesOf('loss')], tab: 'charts' })
    await none.page
      .getByRole('figure', { name: 'loss' })
      .getByText(/No chosen run|no /i)
      .first()
      .waitFor()
    quietly(none)
  })

  it('shows ten thousand params without ten thousand elements', async () => {
    await using view = await open({ chosen: [runs.wide, runs.empty], tab: 'differences' })
    const { page } = view
    await page.getByRole('button', { name: /Params 10,?000 of 10,?000 differ/ }).waitFor()
    await page.getByRole('rowheader', { name: 'param_0', exact: true }).waitFor()
    assert.ok(Number(await page.evaluate('document.querySelectorAll("*").length')) < 3000)
    quietly(view)
  })

  it('goes on when a run it shows is deleted and the engine starts anew', async () => {
    await using view = await open({ chosen: [runs.odd, runs.wide], charts: [curvesOf('loss')], tab: 'charts' })
    const { page } = view
    const figure = page.getByRole('figure', { name: 'loss' })
    await figure.getByText(/loss of 2 runs/).waitFor({ state: 'attached' })
    await workspace.client.call('runs/delete', { runIds: [runs.odd] })
    await figure.getByText(/loss of wide/).waitFor({ state: 'attached' })
    const { pid } = await workspace.client.call('engine/status', {})
    process.kill(pid, 'SIGKILL')
    await workspace.client.call('runs/restore', { runIds: [runs.odd] })
    await figure.getByText(/loss of 2 runs/).waitFor({ state: 'attached' })
    await page.getByRole('tab', { name: 'Runs' }).click()
    await page.getByRole('grid').getByText('odd', { exact: true }).waitFor()
    quietly(view)
  })
})
