import type { Picture } from './picture.ts'

/** What a model came of: data, the runs that prepared it, the runs that read it. */
export const lineage: Picture = {
  name: 'lineage',
  async arrange(vscode) {
    const { page, row, expand } = vscode
    await vscode.showRunwright()
    await page.getByRole('button', { name: 'Jobs Section' }).click()
    await expand(row('Experiment weather'))
    await vscode.chooseFromMenu(row('Run train net, finished'), 'Show Lineage')
    const view = vscode.webview()
    const node = (name: string) => view.getByRole('button', { name: new RegExp(`^(data/)?${name}`) })
    await node('weather version 2').waitFor()
    await node('readings.csv').focus()
    await page.keyboard.press('+')
    await node('train forest').waitFor()
    await vscode.runCommand('View: Toggle Primary Side Bar Visibility')
    await page.locator('.part.sidebar').waitFor({ state: 'hidden' })
    await page.mouse.move(900, 1000)
  },
}
