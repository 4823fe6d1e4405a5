import type { Picture } from './picture.ts'
import { openComparison } from './compare.ts'

/** The part of the window in which dialogs open: they are pictured without the rest, which other pictures show. */
const clip = { x: 300, y: 0, width: 980, height: 600 }

/** What is asked for in the comparison, and before a run is started again. */
export const dialogPictures: readonly Picture[] = [
  {
    name: 'dialog-columns',
    clip,
    async arrange(vscode) {
      const view = await openComparison(vscode, 'runs')
      await view.getByRole('button', { name: 'Columns' }).click()
      const dialog = view.getByRole('dialog', { name: 'Choose columns' })
      await dialog.getByRole('textbox').fill('l')
      await dialog.getByRole('option', { name: 'learning_rate' }).waitFor()
    },
  },
  {
    name: 'dialog-filter',
    clip,
    async arrange(vscode) {
      const view = await openComparison(vscode, 'runs')
      await view.getByRole('button', { name: 'Facets' }).click()
      await view.getByRole('group', { name: 'Param hidden' }).waitFor()
      const filter = view.getByRole('combobox', { name: 'Filter runs' })
      await filter.pressSequentially('learning_rate < 0.01 AND ')
      await filter.press('Control+Space')
      await view.getByRole('option').first().waitFor()
    },
  },
  {
    name: 'dialog-add-chart',
    clip,
    async arrange(vscode) {
      const view = await openComparison(vscode, 'charts')
      await view.getByRole('figure').filter({ hasText: /best/ }).first().waitFor()
      await view.getByRole('button', { name: 'Add Chart…' }).click()
      const dialog = view.getByRole('dialog', { name: 'Add Chart' })
      await dialog.getByRole('combobox', { name: 'Kind' }).selectOption('Scatter')
      await dialog.getByRole('button', { name: 'Add' }).waitFor()
    },
  },
  {
    name: 'dialog-export',
    clip,
    async arrange(vscode) {
      const view = await openComparison(vscode, 'charts')
      const chart = view.getByRole('figure').filter({ hasText: /best/ }).first()
      await chart.waitFor()
      await chart.getByRole('button', { name: /^More Actions/ }).click()
      await view.getByRole('menuitem', { name: 'PNG' }).waitFor()
    },
  },
  {
    name: 'dialog-rerun',
    clip,
    async arrange(vscode, { finishedRun }) {
      await vscode.showRunwright()
      await vscode.expand(vscode.row('Experiment digits'))
      await vscode.chooseFromMenu(vscode.row(`Run ${finishedRun}, finished`), 'Re-run with Changes…')
      const input = vscode.page.locator('.quick-input-widget')
      await input.getByText('hidden').first().waitFor()
      await vscode.pick('hidden')
      await vscode.answer('128')
      await input.getByText('64 → 128').waitFor()
    },
  },
]
