import type { Picture } from './picture.ts'
import { widenSideBar } from './widen-side-bar.ts'

/** The explorer with a run unfolded, and its output in an editor. */
export const explorer: Picture = {
  name: 'explorer',
  async arrange(vscode, { finishedRun }) {
    const { page, row, expand } = vscode
    await vscode.showRunwright()
    await widenSideBar(page)
    await page.getByRole('button', { name: 'Jobs Section' }).click()
    await expand(row('Experiment digits'))
    await expand(row(`Run ${finishedRun}, finished`))
    for (const section of ['Params', 'Metrics', 'Data', 'Artifacts', 'Code', 'Environment']) {
      await expand(row(`${section} of run ${finishedRun}`))
    }
    await row(`Run ${finishedRun}, finished`).click()
    await vscode.chooseFromMenu(row(`Run ${finishedRun}, finished`), 'Open Log')
    await page.locator('.view-lines').getByText('test_accuracy').waitFor()
    await row(`Run ${finishedRun}, finished`).click()
    await page.mouse.move(900, 600)
  },
}
