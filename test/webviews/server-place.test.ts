import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { bundle } from '../../scripts/bundle.ts'
import { fewRuns, openRunsTab } from './open-runs-tab.ts'

const least = {
  column: { kind: 'metric', key: 'accuracy', aggregate: 'min' },
  width: 160,
  pinned: false,
} as const

before(() => bundle({ production: false }))

describe('a comparison of runs on an MLflow server', () => {
  it('says which values it does not tell, and offers none of them', async () => {
    await using open = await openRunsTab(fewRuns, { columns: [least] }, { place: 'server' })
    assert.equal(await open.cell('a', 'accuracy'), '?')
    const value = open.row('a').locator('[aria-colindex="2"]')
    await value.hover()
    assert.match((await value.getAttribute('title')) ?? '', /only the last value/)
    await open.grid.getByRole('columnheader', { name: 'accuracy' }).click({ button: 'right' })
    const entry = (name: string | RegExp) => open.page.getByRole('menu').getByText(name)
    await entry(/tells only the last value/).waitFor()
    assert.equal(await open.page.locator('[role=menuitemradio][aria-disabled=true]').count(), 4)
    assert.deepEqual(open.errors, [])
  })

  it('names what only a workspace can do, greyed', async () => {
    await using open = await openRunsTab(fewRuns, { columns: [least] }, { place: 'server' })
    await open.row('a').locator('[aria-colindex="2"]').click({ button: 'right' })
    const greyed = open.page.locator('[role=menuitem][aria-disabled=true]').filter({ hasText: 'MLflow server' })
    await greyed.first().waitFor()
    assert.deepEqual(await greyed.allInnerTexts(), [
      'Re-run (not on an MLflow server)',
      'Re-run with Changes … (not on an MLflow server)',
      'Register Model … (not on an MLflow server)',
    ])
    await greyed.first().click({ force: true })
    assert.deepEqual(open.actions, [])
    await open.page.getByRole('menuitem', { name: 'Set Tag …' }).click()
    await open.see(() => open.actions[0]?.kind === 'set-tag')
  })

  it('says beside the differences what is not compared', async () => {
    await using open = await openRunsTab(fewRuns, { columns: [least] }, { place: 'server' })
    await open.grid.focus()
    await open.page.keyboard.press('Control+a')
    await open.page.getByRole('tab', { name: 'Differences' }).click()
    await open.page
      .getByRole('status')
      .filter({ hasText: 'Environment and uncommitted changes are not compared' })
      .waitFor()
    await open.page.getByRole('table', { name: 'Differences between 4 runs' }).waitFor()
  })
})
