import type { FrameLocator } from 'playwright-core'
import type { ViewTab } from '../../src/protocol/saved-view.ts'
import type { Workbench } from '../../test/vscode/workbench.ts'
import type { Picture } from './picture.ts'

/** Runs that are compared, as the sample trains them. */
const compared = ['hidden 16', 'hidden 32', 'hidden 64']

/** Opens the comparison of the runs on one of its tabs. */
export async function openComparison(vscode: Workbench, tab: ViewTab): Promise<FrameLocator> {
  const { page, row } = vscode
  await vscode.showRunwright()
  await vscode.expand(row('Experiment digits'))
  for (const name of compared) await vscode.choose(row(`Run ${name}, finished`))
  await page.locator('.part.sidebar').getByRole('button', { name: 'Compare Runs' }).waitFor()
  await vscode.runCommand('Runwright: Compare Runs')
  const view = vscode.webview()
  // VS Code loses a press of a checkbox now and then; such a picture shows too few runs.
  await view.getByText(`${compared.length} chosen`).waitFor()
  await view.getByRole('tab', { name: tab }).click()
  return view
}

/** The comparison of three runs, with one of its tabs in sight. */
function createPicture(tab: ViewTab, isThere: (view: FrameLocator) => Promise<unknown>): Picture {
  return {
    name: `compare-${tab}`,
    async arrange(vscode) {
      await isThere(await openComparison(vscode, tab))
      await vscode.page.mouse.move(640, 1035)
    },
  }
}

export const comparePictures: readonly Picture[] = [
  createPicture('runs', (view) =>
    view
      .getByRole('row')
      .filter({ hasText: /hidden 64.*0\.9694/ })
      .first()
      .waitFor(),
  ),
  createPicture('charts', async (view) => {
    const drawn = view.getByRole('figure').filter({ hasText: /of 3 runs: best/ })
    await drawn.nth(1).waitFor()
  }),
  createPicture('differences', (view) => view.getByRole('row').filter({ hasText: 'learning_rate' }).waitFor()),
  createPicture('artifacts', (view) => view.getByText('logs/output.log').first().waitFor()),
]
