import { existsSync } from 'node:fs'
import { symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { findTestPython } from '../../test/servers/test-python.ts'
import type { Workbench } from '../../test/vscode/workbench.ts'
import type { Picture } from './picture.ts'

const sources = [
  `import matplotlib.pyplot as plt
import pandas as pd

table = pd.read_csv("data/digits.csv")
images = table.drop(columns="digit").to_numpy().reshape(-1, 8, 8) / 16
table.groupby("digit").mean().iloc[:4, 2:10].round(1)`,
  `figure, axes = plt.subplots(1, 10, figsize=(8, 1))
for axis, image in zip(axes, images):
    axis.imshow(image, cmap="gray_r")
    axis.axis("off")`,
  `def normalize(image):
    return image / image.max()

normalize(images[0]).shape`,
  `normalize("no image")`,
]

/** Cells that have run, a table, a picture and a traceback; one was changed since. */
export const notebook: Picture = {
  name: 'notebook',
  async arrange(vscode, { folder }) {
    await openNotebook(vscode, folder)
    const { page } = vscode
    const cells = page.locator('.notebookOverlay .cell-list-container .code-cell-row')
    await cells.first().locator('.view-lines').click()
    await page.keyboard.press('Control+End')
    await page.keyboard.press('Backspace')
    await page.keyboard.type(')')
    await page.keyboard.type('  # one digit')
    await cells
      .getByRole('button', { name: /^Stale\. / })
      .first()
      .waitFor()
    await page.keyboard.press('Escape')
    await page.mouse.move(900, 1030)
  },
}

/** What the kernel has in memory. */
export const notebookVariables: Picture = {
  name: 'notebook-variables',
  async arrange(vscode, { folder }) {
    await openNotebook(vscode, folder)
    await vscode.runCommand('Runwright: Show Variables…')
    await vscode.page
      .locator('.quick-input-widget')
      .getByRole('option', { name: /^images, / })
      .waitFor()
  },
}

async function openNotebook(vscode: Workbench, folder: string): Promise<void> {
  const { page } = vscode
  if (!existsSync(join(folder, '.venv'))) {
    await symlink(dirname(dirname(findTestPython(process.env))), join(folder, '.venv'), 'dir')
  }
  await writeFile(join(folder, 'look.ipynb'), newNotebook())
  await vscode.runCommand('View: Show Explorer')
  await page.locator('.explorer-folders-view').getByRole('treeitem', { name: 'look.ipynb' }).dblclick()
  await page.locator('.notebookOverlay .cell-list-container .code-cell-row').first().waitFor()
  await vscode.runCommand('View: Toggle Primary Side Bar Visibility')
  await vscode.runCommand('Runwright: Choose Kernel…')
  await page.locator('.quick-input-widget .monaco-list-row').filter({ hasText: '.venv (Python' }).first().click()
  await page.locator('.kernel-label').getByText('.venv (Python').first().waitFor()
  await vscode.runCommand('Notebook: Run All')
  const outputs = page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame')
  await outputs.getByText('AttributeError').first().waitFor({ timeout: 120_000 })
}

function newNotebook(): string {
  const cells = sources.map((source, index) => {
    return { cell_type: 'code', id: `look-${index}`, metadata: {}, source, execution_count: null, outputs: [] }
  })
  return JSON.stringify({ cells, metadata: { language_info: { name: 'python' } }, nbformat: 4, nbformat_minor: 5 })
}
