import type { Picture } from './picture.ts'

/** The explorer with a run unfolded, and its output in an editor. */
export const explorer: Picture = {
  name: 'explorer',
  async arrange(vscode, { finishedRun }) {
    const { page, row, expand } = vscode
    await vscode.showRunwright()
    await widenSideBar(page)
    await expand(row('Experiment digits'))
    await expand(row(`Run ${finishedRun}, finished`))
    for (const section of ['Params', 'Metrics', 'Artifacts', 'Code', 'Environment']) {
      await expand(row(`${section} of run ${finishedRun}`))
    }
    await row(`Run ${finishedRun}, finished`).click()
    await vscode.chooseFromMenu(row(`Run ${finishedRun}, finished`), 'Open Log')
    await page.locator('.view-lines').getByText('test_accuracy').waitFor()
    await row(`Run ${finishedRun}, finished`).click()
    await page.mouse.move(900, 600)
  },
}

type Page = Parameters<Picture['arrange']>[0]['page']

async function widenSideBar(page: Page): Promise<void> {
  const sideBar = await page.locator('.part.sidebar').boundingBox()
  if (sideBar === null) throw new Error('The side bar is not shown.')
  const edge = sideBar.x + sideBar.width
  await page.mouse.move(edge, 400)
  await page.mouse.down()
  await page.mouse.move(edge + 60, 400, { steps: 4 })
  await page.mouse.up()
}
