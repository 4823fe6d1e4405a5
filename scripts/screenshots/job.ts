import type { Picture } from './picture.ts'

/** The page of the job that runs, with nothing beside it. */
export const job: Picture = {
  name: 'job',
  async arrange(vscode, { runningJob }) {
    const { page, row } = vscode
    await vscode.showRunwright()
    await vscode.chooseFromMenu(row(`Job ${runningJob}, running`), 'Open Job Page')
    const view = vscode.webview()
    await view.getByText(/ left, until about /).waitFor()
    await view.getByRole('img', { name: /^loss: / }).waitFor()
    await view.getByRole('log').getByText('epoch').first().waitFor()
    await vscode.runCommand('View: Toggle Primary Side Bar Visibility')
    await page.locator('.part.sidebar').waitFor({ state: 'hidden' })
    await page.mouse.move(900, 940)
  },
}
