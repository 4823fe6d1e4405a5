import assert from 'node:assert/strict'
import { it } from 'node:test'
import { bundle } from '../../scripts/bundle.ts'
import { openTestWorkspace } from '../vscode/workspace.ts'
import { openCompareView } from './open-view.ts'
import { emptyView } from './views.ts'

it('the comparison moves between its tabs by keys, and tells the extension', async () => {
  await bundle({ production: false })
  await using workspace = await openTestWorkspace()
  await workspace.logRun('digits', { name: 'first', metrics: { accuracy: [0.5, 0.75] } })
  await using open = await openCompareView({
    client: workspace.client,
    view: { ...emptyView, experiments: ['digits'] },
  })
  const { page } = open
  await page.getByRole('tab', { name: 'Runs' }).press('ArrowRight')
  await page.getByRole('tab', { name: 'Charts', selected: true }).waitFor()
  await page.getByRole('tabpanel', { name: 'Charts' }).waitFor()
  assert.equal(open.view.tab, 'charts')
  assert.deepEqual(open.errors, [])
})
