import type { Picture } from './picture.ts'
import { widenSideBar } from './widen-side-bar.ts'

/** What runs, what waits and why, what has ended; and the log of the job that runs. */
export const jobs: Picture = {
  name: 'jobs',
  async arrange(vscode, { runningJob }) {
    const { page, row, expand } = vscode
    await vscode.showRunwright()
    await widenSideBar(page, 140)
    await page.getByRole('button', { name: 'Experiments Section' }).click()
    await vscode.runCommand('Runwright: Focus on Compute View')
    await row('Target local').waitFor()
    await vscode.runCommand('Runwright: Focus on Jobs View')
    await expand(row('Done'))
    await vscode.chooseFromMenu(row(`Job ${runningJob}, running`), 'Open Log in Terminal')
    await page.locator('.xterm-rows:visible').getByText('epoch').first().waitFor()
    await page.mouse.move(900, 900)
    await page.locator('.monaco-hover:visible').waitFor({ state: 'hidden' })
  },
}
