import assert from 'node:assert/strict'
import { before, it } from 'node:test'
import { bundle } from '../../scripts/bundle.ts'
import { accuracy, openRunsTab, seeRows } from './open-runs-tab.ts'
import { seeView } from './open-view.ts'

before(() => bundle({ production: false }))

const runs = [
  { name: 'a', metrics: { accuracy: [0.25, 0.5, 0.4], val_loss: [3, 1, 2] } },
  { name: 'b', metrics: { accuracy: [0.125], val_loss: [1] } },
]

it('a column shows the value at a step, or where another metric is best', async () => {
  await using open = await openRunsTab(runs, { columns: [accuracy] })
  const { page, grid } = open
  await seeRows(page, 'a b')
  const openMenu = (name: string) => grid.getByRole('columnheader', { name }).click({ button: 'right' })

  await openMenu('Metric accuracy')
  await page.getByRole('menuitemradio', { name: 'Show Value at Step' }).focus()
  await page.keyboard.press('Enter')
  await page.getByRole('spinbutton', { name: 'Value at step' }).waitFor()
  await page.keyboard.type('1')
  await page.keyboard.press('Enter')
  await grid.getByRole('columnheader', { name: 'Metric accuracy, at step 1' }).waitFor()
  await grid.getByRole('gridcell', { name: '0.5' }).waitFor()
  assert.equal(await open.cell('a', 'Metric accuracy, at step 1'), '0.5')
  assert.equal(await open.cell('b', 'Metric accuracy, at step 1'), '')

  await openMenu('Metric accuracy, at step 1')
  await page.getByRole('menuitemradio', { name: 'Show Value Where Another Metric Is Best' }).click()
  const form = page.getByRole('form', { name: 'Value where this metric is best' })
  await form.getByRole('combobox', { name: 'Value where this metric is best' }).fill('val_loss')
  assert.equal(await form.getByRole('combobox', { name: 'Which is best' }).inputValue(), 'minimize')
  await form.getByRole('button', { name: 'Show' }).click()
  await seeView(
    open,
    ({ columns }) => columns[0]?.column.kind === 'metric' && columns[0].column.aggregate === 'at-best',
  )
  await grid.getByRole('gridcell', { name: '0.125' }).waitFor()
  assert.equal(await open.cell('a', 'Metric accuracy, at least val_loss'), '0.5')
  assert.equal(await open.cell('b', 'Metric accuracy, at least val_loss'), '0.125')
  assert.deepEqual(open.errors, [])
})
